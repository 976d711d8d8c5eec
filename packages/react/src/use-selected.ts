'use client'
import type { ReadonlyStore } from '@roomful/client'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { createCell } from './cell.ts'

export type IsEqual<T> = (a: T, b: T) => boolean

interface Selected<S> {
  readonly value: S
}

/**
 * What a selector takes from a store, or all of it; renders when that changes. On a server, and while hydrating, from what
 * the store held at first.
 */
export function useSelected<T, S = T>(
  { getState, getInitialState, subscribe }: ReadonlyStore<T>,
  selector: (state: T) => S = whole,
  isEqual: IsEqual<S> = Object.is,
): S {
  const [shown] = useState(createCell<Selected<S>>)
  // Each render has its own: one that is never committed (a transition that waits) takes nothing from the one that is shown.
  const [get, getInitial] = useMemo(() => {
    const select = createSelection(selector, isEqual, shown.get)
    return [() => select(getState()), () => select(getInitialState())]
  }, [getState, getInitialState, selector, isEqual, shown])
  const value = useSyncExternalStore(subscribe, get, getInitial)
  useEffect(() => shown.set({ value }), [shown, value])
  return value
}

function whole<T, S>(state: T): S {
  return state as unknown as S
}

/** Selects, and gives what it gave last, or what is shown, where that is equal. */
function createSelection<T, S>(
  selector: (state: T) => S,
  isEqual: IsEqual<S>,
  shown: () => Selected<S> | undefined,
): (state: T) => S {
  let last: (Selected<S> & { readonly from: T }) | undefined
  return (state) => {
    if (last && Object.is(last.from, state)) return last.value
    const fresh = selector(state)
    const before = last ?? shown()
    last = { from: state, value: before && isEqual(before.value, fresh) ? before.value : fresh }
    return last.value
  }
}
