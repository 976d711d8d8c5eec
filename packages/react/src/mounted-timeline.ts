'use client'
import {
  type AnyContract,
  createTimeline,
  type List,
  type Room,
  RoomfulError,
  type Timeline,
  type TimelineName,
} from '@roomful/client'
import { frameThrottled } from './frame-throttled.ts'

const nothing: readonly never[] = []
const none: List<never> = {
  length: 0,
  chunks: [],
  at: () => undefined,
  map: () => [],
  toArray: () => nothing,
  [Symbol.iterator]: () => nothing[Symbol.iterator](),
}
const FIRST = { version: 0, entries: none, hasOlder: undefined, isLoading: false, error: undefined }

interface MountedTimeline<C extends AnyContract, E extends TimelineName<C>> extends Omit<Timeline<C, E>, 'close'> {
  /** It is closed after its undo, unless it is held again at once: as by a hot reload, which ends and begins all effects. */
  readonly hold: () => () => void
}

/** A timeline that is made when it is first used: a render may never be shown, so that none makes what has to be closed. */
export function createMountedTimeline<C extends AnyContract, E extends TimelineName<C>>(
  room: Room<C> | undefined,
  event: E,
  max: number | undefined,
): MountedTimeline<C, E> {
  type Store = Timeline<C, E>['state']
  let timeline: Timeline<C, E> | undefined
  let isHeld = true
  let isClosed = false

  const opened = (): Timeline<C, E> => {
    if (!room) throw new RoomfulError('INVALID_ARGUMENT', 'no room: useTimeline was given none')
    timeline ??= createTimeline(room, event, max === undefined ? {} : { max })
    if (isClosed) timeline.close()
    return timeline
  }
  const getState: Store['getState'] = () => {
    const state = timeline?.state.getState()
    return state && state !== timeline?.state.getInitialState() ? state : FIRST
  }
  const closeUnlessHeld = (): void => {
    if (isHeld) return
    isClosed = true
    timeline?.close()
  }

  return {
    state: frameThrottled({
      getState,
      getInitialState: () => FIRST,
      subscribe(listener) {
        if (!room) return () => {}
        if (isClosed) timeline = undefined
        isClosed = false
        return opened().state.subscribe(listener)
      },
    }),
    send: (...args) => handled(async () => opened().send(...args)),
    retry: (key) => handled(async () => opened().retry(key)),
    discard: (key) => room !== undefined && opened().discard(key),
    loadOlder: (limit) => handled(async () => opened().loadOlder(limit)),
    hold() {
      isHeld = true
      return () => {
        isHeld = false
        queueMicrotask(closeUnlessHeld)
      }
    },
  }
}

/** A failure that nobody waits for is shown by the timeline, and is no unhandled rejection. */
function handled<T>(work: () => Promise<T>): Promise<T> {
  const promise = work()
  promise.catch(() => {})
  return promise
}
