// The package has no types of its own.
declare module 'react-refresh/runtime' {
  export function injectIntoGlobalHook(global: typeof globalThis): void
  export function register(component: unknown, id: string): void
  export function createSignatureFunctionForTransform(): (component: unknown, key: string) => void
  export function performReactRefresh(): unknown
}
