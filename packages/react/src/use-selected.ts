'use client'
import type { ReadonlyStore } from '@roomful/client'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { createRef, type Ref } from './ref.ts'

export type IsEqual<T> = (a: T, b: T) => boolean

interface Selected<S> {
  readonly value: S
}

/** A store's state, or the part that the selector returns; renders when that changes. A server renders the initial state. */
export function useSelected<T, S = T>(
  { getState, getInitialState, subscribe }: ReadonlyStore<T>,
  selector: (state: T) => S = identity,
  isEqual: IsEqual<S> = Object.is,
): S {
  const [committed] = useState(createRef<Selected<S>>)
  // Each render has its own selection: a transition that is never committed must not change the selection on screen.
  const [get, getInitial] = useMemo(() => {
    const select = createSelection(selector, isEqual, committed)
    return [() => select(getState()), () => select(getInitialState())]
  }, [getState, getInitialState, selector, isEqual, committed])
  const value = useSyncExternalStore(subscribe, get, getInitial)
  useEffect(() => committed.set({ value }), [committed, value])
  return value
}

function identity<T, S>(state: T): S {
  return state as unknown as S
}

/** Returns the previous or the committed value instead of an equal new one. */
function createSelection<T, S>(
  selector: (state: T) => S,
  isEqual: IsEqual<S>,
  committed: Ref<Selected<S>>,
): (state: T) => S {
  let last: (Selected<S> & { readonly from: T }) | undefined
  return (state) => {
    if (last && Object.is(last.from, state)) return last.value
    const value = selector(state)
    const previous = last ?? committed.get()
    last = { from: state, value: previous && isEqual(previous.value, value) ? previous.value : value }
    return last.value
  }
}
