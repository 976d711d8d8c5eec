import * as runtime from 'react-refresh/runtime'

// Before React is loaded: it looks for this once. So this is imported first.
runtime.injectIntoGlobalHook(globalThis)

/** A component as a bundler's Fast Refresh has it: of one name, another one replaces what is mounted, and keeps its state. */
export function evaluated<T>(name: string, component: T): T {
  runtime.createSignatureFunctionForTransform()(component, 'the same hooks')
  runtime.register(component, name)
  return component
}

/** What the bundler calls when a file was saved, and evaluated again. */
export const refresh = (): void => void runtime.performReactRefresh()
