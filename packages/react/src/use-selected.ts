'use client'
import type { ReadonlyStore } from '@roomful/client'
import { useEffect, useState, useSyncExternalStore } from 'react'

export type IsEqual<T> = (a: T, b: T) => boolean

/**
 * What a selector takes from a store, or all of it; renders when that changes. On a server, and while hydrating, from what
 * the store held at first. `hold` is called while mounted, and returns its undo.
 */
export function useSelected<T, S = T>(
  { getState, getInitialState, subscribe }: ReadonlyStore<T>,
  selector: (state: T) => S = whole,
  isEqual: IsEqual<S> = Object.is,
  hold?: () => (() => void) | void,
): S {
  const [select] = useState(createSelection<T, S>)
  const read = (get: () => T) => () => select(get(), selector, isEqual)
  useEffect(() => hold?.(), [hold])
  return useSyncExternalStore(subscribe, read(getState), read(getInitialState))
}

function whole<T, S>(state: T): S {
  return state as unknown as S
}

/** Selects, and gives what it gave last where that is equal. */
function createSelection<T, S>() {
  let from: T
  let by: ((state: T) => S) | undefined
  let selected: S
  return (state: T, selector: (state: T) => S, isEqual: IsEqual<S>): S => {
    if (from !== state || by !== selector) {
      const fresh = selector(state)
      if (!by || !isEqual(selected, fresh)) selected = fresh
      from = state
      by = selector
    }
    return selected
  }
}
