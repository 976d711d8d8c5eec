import * as runtime from 'react-refresh/runtime'

// Import this file first: React looks for the hook once, when it is loaded.
runtime.injectIntoGlobalHook(globalThis)

/** Registers a component as a bundler's Fast Refresh does: a later one of the same name replaces it and keeps its state. */
export function evaluated<T>(name: string, component: T): T {
  runtime.createSignatureFunctionForTransform()(component, 'the same hooks')
  runtime.register(component, name)
  return component
}

/** The call of a bundler after it has evaluated an edited file. */
export const refresh = (): void => void runtime.performReactRefresh()
