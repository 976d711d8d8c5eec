import { createStore, type StoreApi } from 'zustand/vanilla'

/** A store that people may watch: what they see of zustand's. `useStore` of zustand takes it as it is. */
export interface ReadonlyStore<T> {
  readonly getState: () => T
  readonly getInitialState: () => T
  readonly subscribe: (listener: (state: T, previous: T) => void) => () => void
}

/** Where errors of the app's own functions go: they must not end ours. */
export type Report = (error: unknown, source: string) => void

/** A zustand store in which a listener that throws harms nobody, and is reported. */
export function createGuardedStore<T>(initial: T, report: Report): StoreApi<T> {
  const store = createStore(() => initial)
  const { subscribe } = store
  store.subscribe = (listener) =>
    subscribe((state, previous) => {
      try {
        listener(state, previous)
      } catch (error) {
        report(error, 'store')
      }
    })
  return store
}
