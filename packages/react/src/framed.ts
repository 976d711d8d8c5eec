'use client'
import type { ReadonlyStore } from '@roomful/client'
import { onFrame } from './frame.ts'

const known = new WeakMap<object, ReadonlyStore<unknown>>()

/** A store that changes at most once a frame, for all who watch it together: one subscription, however many they are. */
export function framed<T>(store: ReadonlyStore<T>): ReadonlyStore<T> {
  const made = (known.get(store) as ReadonlyStore<T> | undefined) ?? framedAlone(store)
  known.set(store, made)
  return made
}

/** The same for a store that has one watcher: nothing is kept of it. */
export function framedAlone<T>(store: ReadonlyStore<T>): ReadonlyStore<T> {
  const listeners = new Set<(state: T, previous: T) => void>()
  let shown: T
  let unsubscribe = (): void => {}
  const show = (): void => {
    const previous = shown
    shown = store.getState()
    if (shown !== previous) for (const listener of listeners) listener(shown, previous)
  }
  const follow = (): void => onFrame(show)
  return {
    getInitialState: store.getInitialState,
    getState: () => (listeners.size > 0 ? shown : store.getState()),
    subscribe(listener) {
      if (listeners.size === 0) {
        unsubscribe = store.subscribe(follow)
        shown = store.getState()
      }
      listeners.add(listener)
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) unsubscribe()
      }
    },
  }
}
