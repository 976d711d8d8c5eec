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

/** An error of the reducer or of `isEqual` is thrown where the state is read: React shows its nearest error boundary. */
export function createReduction<S>(heard: Heard | undefined, event: string, initial: S): Reduction<S> {
  let reducer: Reducer<S> = (state) => state
  let isEqual: IsEqual<S> = Object.is
  let state = initial
  let shown = initial
  let failed: { readonly error: unknown } | undefined

  const unlessFailed = (work: () => void): void => {
    if (failed) return
    try {
      work()
    } catch (error) {
      failed = { error }
    }
  }
  const catchUp = (): void =>
    unlessFailed(() => {
      if (!isEqual(shown, state)) shown = state
    })

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
      catchUp()
      if (!heard) return () => {}
      return batchesOf(heard, event).add({
        take: (events) =>
          unlessFailed(() => {
            for (const args of events) state = reduced(reducer, state, args)
          }),
        show() {
          const previous = shown
          catchUp()
          if (failed || !Object.is(shown, previous)) listener(shown, previous)
        },
      })
    },
  }
}

/** With as many arguments as the event has. Most have one or two: a spread would cost most of what a small reducer does. */
function reduced<S>(reducer: Reducer<S>, state: S, args: readonly unknown[]): S {
  if (args.length === 1) return reducer(state, args[0])
  if (args.length === 2) return reducer(state, args[0], args[1])
  return reducer(state, ...args)
}
