import { createStore, type StoreApi } from 'zustand/vanilla'

/** A store that people may watch: what they see of zustand's. `useStore` of zustand takes it as it is. */
export interface ReadonlyStore<T> {
  readonly getState: () => T
  readonly getInitialState: () => T
  readonly subscribe: (listener: (state: T, previous: T) => void) => () => void
}

/** Where errors of the app's own functions go: they must not end ours. */
export type Report = (error: unknown, source: string) => void

type Listener<T> = (state: T, previous: T) => void

/**
 * A zustand store in which a listener that throws harms nobody, and is reported. Where one changes the state again (a
 * `connect()` when disconnected), the others still hear of all changes in the order in which they happened, and none of
 * those before they listened; `follow`, our own part, hears of each at once, before them.
 */
export function createGuardedStore<T>(initial: T, report: Report, follow: Listener<T> = (): void => {}): StoreApi<T> {
  const store = createStore(() => initial)
  const listeners = new Set<{ readonly call: Listener<T>; readonly since: number }>()
  const changes: (readonly [state: T, previous: T, number: number])[] = []
  let count = 0
  let isTelling = false

  const tell = (state: T, previous: T, number: number): void => {
    for (const listener of listeners) {
      if (number <= listener.since) continue
      try {
        listener.call(state, previous)
      } catch (error) {
        report(error, 'store')
      }
    }
  }

  store.subscribe((state, previous) => {
    changes.push([state, previous, ++count])
    follow(state, previous)
    if (isTelling) return
    isTelling = true
    for (let change = changes.shift(); change; change = changes.shift()) tell(...change)
    isTelling = false
  })
  store.subscribe = (call) => {
    const listener = { call, since: count }
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  return store
}
