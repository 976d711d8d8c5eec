'use client'
import type { ReadonlyStore } from '@roomful/client'

/** A store that never changes. Hooks subscribe to it where they are given no room. */
export function constantStore<T>(state: T): ReadonlyStore<T> {
  const getState = (): T => state
  return { getState, getInitialState: getState, subscribe: () => () => {} }
}
