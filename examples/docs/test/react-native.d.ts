// The parts of React Native that docs/react-native.md uses. `pnpm test:react-native` compiles the same code with React Native itself.

declare module 'react-native-get-random-values'

declare module 'react-native' {
  import type { ComponentType, ReactElement, ReactNode } from 'react'

  export const AppRegistry: { registerComponent(name: string, component: () => ComponentType): string }
  export const AppState: {
    addEventListener(
      event: 'change',
      listener: (state: 'active' | 'background' | 'inactive') => void,
    ): {
      remove(): void
    }
  }
  export const View: ComponentType<{ children?: ReactNode }>
  export const Text: ComponentType<{ children?: ReactNode }>
  export const Button: ComponentType<{ title: string; onPress: () => void }>
  export function FlatList<T>(props: {
    data: readonly T[]
    keyExtractor: (item: T) => string
    renderItem: (row: { item: T }) => ReactElement
  }): ReactElement
}

declare module '@react-native-async-storage/async-storage' {
  const storage: {
    getItem(key: string): Promise<string | null>
    setItem(key: string, text: string): Promise<void>
    removeItem(key: string): Promise<void>
  }
  export default storage
}
