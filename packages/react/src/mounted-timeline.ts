'use client'
import { type AnyContract, type List, type Room, RoomfulError, type Timeline, type TimelineName } from '@roomful/client'
import { frameThrottled } from './frame-throttled.ts'
import { type KeptTimelineOptions, keptTimeline } from './kept-timelines.ts'

const emptyArray: readonly never[] = []
const emptyList: List<never> = {
  length: 0,
  chunks: [],
  at: () => undefined,
  map: () => [],
  toArray: () => emptyArray,
  [Symbol.iterator]: () => emptyArray[Symbol.iterator](),
}
const INITIAL = {
  version: 0,
  entries: emptyList,
  status: 'loading',
  hasOlder: undefined,
  hasNewer: false,
  isLoading: false,
  error: undefined,
} as const

interface MountedTimeline<C extends AnyContract, E extends TimelineName<C>, Shown> extends Omit<
  Timeline<C, E, Shown>,
  'close'
> {
  /** Keeps the timeline open, from when it is first used until the returned function is called. */
  readonly hold: () => () => void
}

/** The timeline of one component. A render only reads a timeline that is there already; effects and calls make one. */
export function createMountedTimeline<C extends AnyContract, E extends TimelineName<C>, Shown>(
  room: Room<C> | undefined,
  event: E,
  options: KeptTimelineOptions<C, E, Shown>,
): MountedTimeline<C, E, Shown> {
  const kept = room && keptTimeline(room, event, options)
  let isHeld = false
  let releaseHeld: (() => void) | undefined

  const getState: Timeline<C, E, Shown>['state']['getState'] = () => {
    const state = kept?.current()?.state
    return state && state.getState() !== state.getInitialState() ? state.getState() : INITIAL
  }
  const using = <T>(work: (timeline: Timeline<C, E, Shown>) => T): T => {
    if (!kept) throw new RoomfulError('INVALID_ARGUMENT', 'no room: useTimeline was given none')
    const { timeline, release } = kept.retain()
    try {
      return work(timeline)
    } finally {
      release()
    }
  }
  const asking = <T>(work: (timeline: Timeline<C, E, Shown>) => Promise<T>): Promise<T> =>
    handled(async () => using(work))

  return {
    state: frameThrottled({
      getState,
      getInitialState: () => INITIAL,
      subscribe(listener) {
        if (!kept) return () => {}
        const { timeline, release } = kept.retain()
        if (isHeld) releaseHeld ??= kept.retain().release
        const unsubscribe = timeline.state.subscribe(listener)
        return () => {
          unsubscribe()
          release()
        }
      },
    }),
    send: (...args) => asking(({ send }) => send(...args)),
    retry: (key) => asking(({ retry }) => retry(key)),
    discard: (key) => kept !== undefined && using(({ discard }) => discard(key)),
    loadOlder: (limit) => asking(({ loadOlder }) => loadOlder(limit)),
    loadNewer: (limit) => asking(({ loadNewer }) => loadNewer(limit)),
    loadLatest: () => asking(({ loadLatest }) => loadLatest()),
    hold() {
      isHeld = true
      if (kept?.current()) releaseHeld ??= kept.retain().release
      return () => {
        isHeld = false
        releaseHeld?.()
        releaseHeld = undefined
      }
    },
  }
}

/** A rejection without a handler is not unhandled: the timeline shows the failure. */
function handled<T>(work: () => Promise<T>): Promise<T> {
  const promise = work()
  promise.catch(() => {})
  return promise
}
