'use client'
import type { ReadonlyStore } from '@roomful/client'

/** A store of a hook's own. */
export interface Value<T> extends ReadonlyStore<T> {
  /** Tells everyone, unless nothing changed. */
  readonly set: (state: T) => void
}

/** `watch` is called when somebody begins to watch, and returns its undo. */
export function createValue<T>(initial: T, watch: () => () => void): Value<T> {
  const listeners = new Set<(state: T, previous: T) => void>()
  let state = initial
  let unwatch = (): void => {}
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
      if (listeners.size === 0) unwatch = watch()
      listeners.add(listener)
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) unwatch()
      }
    },
  }
}
