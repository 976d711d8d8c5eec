'use client'
import type { ReadonlyStore } from '@roomful/client'
import { onFrame } from './frame.ts'

const shared = new WeakMap<object, ReadonlyStore<unknown>>()

/** Like `frameThrottled`, with one throttled store for each store: all components share one subscription. */
export function sharedFrameThrottled<T>(store: ReadonlyStore<T>): ReadonlyStore<T> {
  const throttled = (shared.get(store) as ReadonlyStore<T> | undefined) ?? frameThrottled(store)
  shared.set(store, throttled)
  return throttled
}

/** The same state, updated at most once a frame while it is subscribed to. */
export function frameThrottled<T>(store: ReadonlyStore<T>): ReadonlyStore<T> {
  const listeners = new Set<(state: T, previous: T) => void>()
  let shown: T
  let unsubscribe = (): void => {}
  const update = (): void => {
    const previous = shown
    shown = store.getState()
    if (shown !== previous) for (const listener of listeners) listener(shown, previous)
  }
  const schedule = (): void => onFrame(update)
  return {
    getInitialState: store.getInitialState,
    getState: () => (listeners.size > 0 ? shown : store.getState()),
    subscribe(listener) {
      if (listeners.size === 0) {
        unsubscribe = store.subscribe(schedule)
        shown = store.getState()
      }
      listeners.add(listener)
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) unsubscribe()
      }
    },
  }
}
