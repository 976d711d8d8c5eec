import { createStore, type StoreApi } from 'zustand/vanilla'
import { Emitter } from './emitter.ts'

/** A store that an app may watch: the reading half of a zustand store. zustand's `useStore` takes it as it is. */
export interface ReadonlyStore<T> {
  readonly getState: () => T
  readonly getInitialState: () => T
  readonly subscribe: (listener: (state: T, previous: T) => void) => () => void
}

/** Receives errors that the app's own functions threw. */
export type Report = (error: unknown, source: string) => void

type Listener<T> = (state: T, previous: T) => void

export type GuardedStore<T> = StoreApi<T> & { readonly hasListeners: () => boolean }

/**
 * A zustand store whose listeners cannot disturb each other: an error is reported, and a listener that changes the state
 * again delays no change of another. Every listener gets all changes in the order in which they happened.
 * `follow` is called at once with each change, before the listeners.
 */
export function createGuardedStore<T>(
  initial: T,
  report: Report,
  follow: Listener<T> = (): void => {},
): GuardedStore<T> {
  const store = createStore(() => initial)
  const listeners = new Emitter<[state: T, previous: T, number: number]>()
  const changes: [state: T, previous: T, number: number][] = []
  let count = 0
  let isCalling = false

  store.subscribe((state, previous) => {
    changes.push([state, previous, ++count])
    follow(state, previous)
    if (isCalling) return
    isCalling = true
    for (let change = changes.shift(); change; change = changes.shift())
      listeners.call(change, (error) => report(error, 'store'))
    isCalling = false
  })
  store.subscribe = (listener) => {
    const since = count
    return listeners.add((state, previous, number) => {
      if (number > since) listener(state, previous)
    })
  }
  return Object.assign(store, { hasListeners: () => listeners.size > 0 })
}

/** The same store; `onChange` is called after a listener was added or removed. */
export function watched<T>(store: ReadonlyStore<T>, onChange: () => void): ReadonlyStore<T> {
  const { getState, getInitialState } = store
  return {
    getState,
    getInitialState,
    subscribe(listener) {
      const unsubscribe = store.subscribe(listener)
      onChange()
      return () => {
        unsubscribe()
        onChange()
      }
    },
  }
}

/** A store that never changes. */
export function createConstantStore<T>(state: T): ReadonlyStore<T> {
  const getState = (): T => state
  return { getState, getInitialState: getState, subscribe: () => () => {} }
}

/**
 * A store that works only while it has listeners: the first listener calls `start`, whose return value undoes it after the
 * last listener is gone. `read` gives the state while no listener is there.
 */
export function createLazyStore<T>(
  initial: T,
  start: (set: (state: T) => void) => () => void,
  report: Report,
  read?: () => T,
): ReadonlyStore<T> {
  const store = createGuardedStore(initial, report)
  const { getState, getInitialState } = store
  let listeners = 0
  let stop = (): void => {}
  const set = (state: T): void => store.setState(state, true)

  return {
    getState: () => (listeners === 0 && read ? read() : getState()),
    getInitialState,
    subscribe(listener) {
      const isFirst = listeners++ === 0
      if (isFirst && read) set(read())
      const unsubscribe = store.subscribe(listener)
      if (isFirst) stop = start(set)
      let isSubscribed = true
      return () => {
        if (!isSubscribed) return
        isSubscribed = false
        unsubscribe()
        if (--listeners === 0) stop()
      }
    },
  }
}
