import { type AnyContract, type Receipt, RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import { createGuardedStore } from '../store.ts'
import { handled } from '../promises.ts'
import type { OutgoingMessage } from '../rooms/rooms-protocol.ts'
import type { Room } from '../rooms/room.ts'
import { sourceOf } from './room-timeline-source.ts'
import { isOut } from '../rooms/room-state.ts'
import { hasFailed, isUnsettled } from './timeline-entry.ts'
import { createLoader } from './timeline-loader.ts'
import type { TimelineSource } from './timeline-source.ts'
import type { Timeline, TimelineName, TimelineOptions, TimelineState } from './timeline-types.ts'
import { TimelineView } from './timeline-view.ts'

/** Keys are unique among all timelines: a dialogue that outlives its timeline must not touch a message of the next one. */
let timelines = 0

/**
 * An ordered list of a room's messages, with the user's own from the moment they are sent. Messages come while the room is
 * joined. `close` it when it is no longer shown. Throws `INVALID_ARGUMENT` for options that are not whole numbers of at least 1.
 *
 * @example
 * const timeline = createTimeline(room, 'message', { initial: 50 })
 * timeline.state.subscribe(({ entries }) => render(entries))
 * await timeline.send({ text: 'hello' })
 * await timeline.loadOlder()
 */
export function createTimeline<C extends AnyContract, E extends TimelineName<C>>(
  room: Room<C>,
  event: E,
  options: TimelineOptions = {},
): Timeline<C, E> {
  return createTimelineOver(sourceOf(room), event, options)
}

/** The same, over anything that does what a room does. */
export function createTimelineOver<C extends AnyContract, E extends TimelineName<C>>(
  source: TimelineSource,
  event: E,
  { initial, max = 10_000 }: TimelineOptions = {},
): Timeline<C, E> {
  assertCount('max', max)
  if (initial !== undefined) assertCount('initial', initial)
  const name = ++timelines
  let keys = 0
  const view = new TimelineView(max, source.isSelf, () => `${name}.${keys++}`)
  let isClosed = false
  let retries = 0
  /** Changes in the outbox that come before a retried message has its key. */
  const early: OutgoingMessage[] = []
  /** Messages that the user discarded and that the outbox still has, by id. */
  const discarded = new Set<string>()
  const first: TimelineState = {
    version: 0,
    entries: view.entries,
    status: 'loading',
    hasOlder: undefined,
    hasNewer: false,
    isLoading: false,
    error: undefined,
  }
  const store = createGuardedStore(first, source.report)

  const show = (change: Partial<Pick<TimelineState, 'isLoading' | 'error'>> = {}): void => {
    if (isClosed) return
    const state = store.getState()
    const { entries, hasOlder, hasNewer } = view
    const { isLoading, error } = { ...state, ...change }
    const status = view.isReady ? 'ready' : error ? 'failed' : 'loading'
    const version = state.version + (entries === state.entries ? 0 : 1)
    const next: TimelineState = { version, entries, status, hasOlder, hasNewer, isLoading, error }
    const keysOf = Object.keys(next) as (keyof TimelineState)[]
    if (keysOf.some((key) => next[key] !== state[key])) store.setState(next, true)
  }
  const loader = createLoader({ source, view, event, max, initial, show })

  /** Shows what has changed; loads the first page again where the log is another one. */
  const changed = (): void => {
    if (store.getState().status === 'ready' && !view.isReady) loader.begin()
    show()
  }

  const follow = (entry: OutgoingMessage): void => {
    if (entry.event !== event) return
    if (retries > 0) early.push(entry)
    else if (!discarded.has(entry.id)) {
      const read = (data: unknown) => source.read(event, data)
      view.outgoing(entry, () => source.outgoing(), read, Date.now())
      show()
    } else if (!isUnsettled(entry)) discarded.delete(entry.id)
  }

  const undo = [
    source.on(event, (data, meta) => {
      view.heard({ data, meta }, source.epoch())
      changed()
    }),
    source.on('gap', (gap) => {
      view.gap(gap, source.epoch())
      changed()
    }),
    source.watchOutgoing(follow),
    source.state.subscribe((state, previous) => {
      if (isOut(previous) && !isOut(state)) view.rejoined()
      if (state.status === 'joining' || state.status === 'joined') void loader.catchUp()
      show(state.status === 'joining' && !view.isReady ? { error: undefined } : {})
    }),
    source.watchUser(() => {
      view.clear()
      discarded.clear()
      loader.begin()
      source.outgoing().forEach(follow)
    }),
    loader.close,
  ]
  source.outgoing().forEach(follow)
  loader.begin()

  const publish = async (data: unknown): Promise<Receipt> => source.publish(event, data).receipt

  const retry = async (key: string): Promise<Receipt> => {
    const own = view.own.withKey(key)?.item
    if (!own || !hasFailed(own))
      throw new RoomfulError('INVALID_ARGUMENT', `no failed message with the key ${describe(key)}`)
    retries += 1
    try {
      const { id, receipt } = source.publish(event, own.given)
      view.own.retried(key, id, Date.now())
      show()
      return receipt
    } finally {
      retries -= 1
      if (retries === 0) early.splice(0).forEach(follow)
    }
  }

  return {
    state: store as Timeline<C, E>['state'],
    send: (...args: unknown[]) => handled(publish(args[0])),
    retry: (key: string) => handled(retry(key)),
    discard(key: string): boolean {
      const own = view.own.withKey(key)?.item
      if (!own) return false
      view.own.discarded(key)
      show()
      if (own.id !== undefined && isUnsettled(own)) {
        discarded.add(own.id)
        source.discard(own.id)
      }
      return true
    },
    loadOlder(limit?: number): Promise<void> {
      if (limit !== undefined) assertCount('limit', limit)
      return loader.load('older', limit)
    },
    loadNewer(limit?: number): Promise<void> {
      if (limit !== undefined) assertCount('limit', limit)
      return loader.load('newer', limit)
    },
    loadLatest: () => loader.load('latest', undefined),
    close(): void {
      isClosed = true
      for (const off of undo.splice(0)) off()
    },
  }
}

function assertCount(name: string, value: unknown): void {
  if (Number.isInteger(value) && (value as number) > 0) return
  throw new RoomfulError('INVALID_ARGUMENT', `${name} must be a whole number of at least 1, got ${describe(value)}`)
}
