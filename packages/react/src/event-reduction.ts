'use client'
import type { ReadonlyStore } from '@roomful/client'
import { batchesOf } from './event-batches.ts'
import type { Heard } from './heard.ts'
import type { IsEqual } from './use-selected.ts'

export type Reducer<S> = (state: S, ...args: unknown[]) => S

/** What a reducer makes of every event; changes at most once a frame. */
export interface Reduction<S> extends ReadonlyStore<S> {
  /** The newest reducer: it takes the events that no other has taken yet. */
  readonly use: (reducer: Reducer<S>, isEqual: IsEqual<S>) => void
}

/** An error of the reducer is thrown where the state is read: React shows its nearest error boundary. */
export function createReduction<S>(heard: Heard | undefined, event: string, initial: S): Reduction<S> {
  let reducer: Reducer<S> = (state) => state
  let isEqual: IsEqual<S> = Object.is
  let state = initial
  let shown = initial
  let failed: { readonly error: unknown } | undefined

  const take = (events: readonly (readonly unknown[])[]): void => {
    if (failed) return
    try {
      // Most events have one or two arguments: a spread here would cost most of what a small reducer does.
      for (const args of events) state = args.length < 3 ? reducer(state, args[0], args[1]) : reducer(state, ...args)
    } catch (error) {
      failed = { error }
    }
  }

  return {
    use(newest, newestIsEqual) {
      reducer = newest
      isEqual = newestIsEqual
    },
    getState() {
      if (failed) throw failed.error
      return shown
    },
    getInitialState: () => initial,
    subscribe(listener) {
      shown = isEqual(shown, state) ? shown : state
      if (!heard) return () => {}
      return batchesOf(heard, event).add({
        take,
        show() {
          if (!failed && isEqual(shown, state)) return
          const previous = shown
          shown = state
          listener(shown, previous)
        },
      })
    },
  }
}
