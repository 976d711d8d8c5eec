'use client'
import type { ReadonlyStore } from '@roomful/client'
import { batchesOf } from './event-batches.ts'
import type { EventSource } from './event-source.ts'
import type { IsEqual } from './use-selected.ts'

export type Reducer<S> = (state: S, ...args: unknown[]) => S

/** A state that a reducer computes from every event; it changes at most once a frame. */
export interface EventReducer<S> extends ReadonlyStore<S> {
  /** Replaces the reducer, for all events that have not been reduced yet. */
  readonly setReducer: (reducer: Reducer<S>, isEqual: IsEqual<S>) => void
}

/** `getState` throws an error of the reducer or of `isEqual`, so that React shows its nearest error boundary. */
export function createEventReducer<S>(source: EventSource | undefined, event: unknown, initial: S): EventReducer<S> {
  let reducer: Reducer<S> = (state) => state
  let isEqual: IsEqual<S> = Object.is
  let state = initial
  let shown = initial
  let failure: { readonly error: unknown } | undefined

  const unlessFailed = (work: () => void): void => {
    if (failure) return
    try {
      work()
    } catch (error) {
      failure = { error }
    }
  }
  const update = (): void =>
    unlessFailed(() => {
      if (!isEqual(shown, state)) shown = state
    })

  return {
    setReducer(nextReducer, nextIsEqual) {
      reducer = nextReducer
      isEqual = nextIsEqual
    },
    getState() {
      if (failure) throw failure.error
      return shown
    },
    getInitialState: () => initial,
    subscribe(listener) {
      update()
      if (!source) return () => {}
      return batchesOf(source, event).add({
        onEvents: (events) =>
          unlessFailed(() => {
            for (const args of events) state = reduce(reducer, state, args)
          }),
        onFrame() {
          const previous = shown
          update()
          if (failure || !Object.is(shown, previous)) listener(shown, previous)
        },
      })
    },
  }
}

/** Most events have one or two arguments. For these, a spread would take most of the time of a small reducer. */
function reduce<S>(reducer: Reducer<S>, state: S, args: readonly unknown[]): S {
  if (args.length === 1) return reducer(state, args[0])
  if (args.length === 2) return reducer(state, args[0], args[1])
  return reducer(state, ...args)
}
