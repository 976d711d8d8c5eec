'use client'
import type { ReadonlyStore } from '@roomful/client'

export interface LazyStore<T> extends ReadonlyStore<T> {
  /** Calls the listeners if the state is another one. */
  readonly set: (state: T) => void
}

/** A store with a source: `start` runs with the first listener, and the function that it returns with the end of the last. */
export function createLazyStore<T>(initial: T, start: () => () => void): LazyStore<T> {
  const listeners = new Set<(state: T, previous: T) => void>()
  let state = initial
  let stop = (): void => {}
  return {
    getState: () => state,
    getInitialState: () => initial,
    set(next) {
      if (next === state) return
      const previous = state
      state = next
      for (const listener of listeners) listener(state, previous)
    },
    subscribe(listener) {
      if (listeners.size === 0) stop = start()
      listeners.add(listener)
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) stop()
      }
    },
  }
}
