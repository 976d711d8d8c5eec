'use client'
import type { ReadonlyStore } from '@roomful/client'

/** A store that never changes: what one watches where there is nothing. */
export function constant<T>(state: T): ReadonlyStore<T> {
  const getState = (): T => state
  return { getState, getInitialState: getState, subscribe: () => () => {} }
}
