import { type AnyContract, describe, type Receipt, RoomfulError } from '@roomful/contract'
import { createGuardedStore } from '../guarded-store.ts'
import { handled } from '../promises.ts'
import type { OutgoingEntry } from '../outbox/outgoing.ts'
import type { Room } from '../room/room.ts'
import { sourceOf } from '../room/room-source.ts'
import type { RoomState } from '../room/room-state.ts'
import { timeline, type TimelineInput } from './timeline.ts'
import { hasFailed, isOnItsWay } from './timeline-entry.ts'
import { pendingOf } from './timeline-own.ts'
import { firstStateOf, stateAfter } from './timeline-state.ts'
import type { TimelineSource } from './timeline-source.ts'
import type { Timeline, TimelineName, TimelineOptions } from './timeline-types.ts'
import { emptyTimeline } from './timeline-view.ts'

/** Through how many pages with nothing to show one `loadOlder` goes. */
const MAX_PAGES = 10

/**
 * An ordered list of a room's messages, with our own from the moment in which they are sent. Join the room to hear any;
 * `close` it when it is not shown any more.
 *
 * @example
 * const timeline = createTimeline(room, 'message')
 * timeline.state.subscribe(({ entries }) => render(entries))
 * await timeline.loadOlder()
 * await timeline.send({ text: 'hello' })
 */
export function createTimeline<C extends AnyContract, E extends TimelineName<C>>(
  room: Room<C>,
  event: E,
  options: TimelineOptions = {},
): Timeline<C, E> {
  return timelineOf(sourceOf(room), event, options)
}

/** The same, of whatever gives what a room does. */
export function timelineOf<C extends AnyContract, E extends TimelineName<C>>(
  source: TimelineSource,
  event: E,
  { max = 10_000 }: TimelineOptions = {},
): Timeline<C, E> {
  assertCount('max', max)
  let view = emptyTimeline(max)
  let isClosed = false
  let loading: Promise<void> | undefined
  let retries = 0
  /** What is heard of the outbox before a retried message has its key. */
  const early: OutgoingEntry[] = []
  /** Ids of messages that are not shown any more, and that the outbox still has. */
  const discarded = new Set<string>()
  const store = createGuardedStore(firstStateOf(view), source.report)
  const { isSelf } = source

  const step = (input: TimelineInput): void => {
    const before = view
    view = timeline(before, input)
    if (view !== before && !isClosed) store.setState(stateAfter(store.getState(), before, view), true)
  }

  const follow = (entry: OutgoingEntry): void => {
    if (entry.event !== event) return
    if (retries > 0) early.push(entry)
    else if (!discarded.has(entry.id)) {
      const read = (data: unknown) => source.read(event, data)
      step({ type: 'outgoing', entry, waiting: () => source.outgoing(), isSelf, read, now: Date.now() })
    } else if (!isOnItsWay(entry)) discarded.delete(entry.id)
  }

  const enter = (state: RoomState, previous: RoomState): void => {
    if (isOut(previous) && !isOut(state)) step({ type: 'entered' })
  }

  const loadPages = async (limit: number | undefined): Promise<void> => {
    if (view.log.length >= max)
      throw new RoomfulError('LIMIT', `nothing older is loaded: the timeline holds ${max} entries already (max)`)
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const { oldest: before, epoch } = view
      const query = { ...(before !== undefined && { before }), ...(limit !== undefined && { limit }) }
      const page = await source.history(query)
      const { length } = view.log
      step({ type: 'page', event, page, before, epoch, isSelf })
      // A page of a log that is no more says nothing: the new one is asked.
      if (isClosed || view.log.length > length || (epoch === view.epoch && !page.more)) return
    }
  }

  const load = async (limit: number | undefined): Promise<void> => {
    step({ type: 'loading' })
    try {
      await loadPages(limit)
      step({ type: 'loaded' })
    } catch (failure) {
      const error = RoomfulError.from(failure)
      step({ type: 'loaded', error })
      if (error.code !== 'UNSUPPORTED') throw error
    } finally {
      loading = undefined
    }
  }

  const undo = [
    source.on(event, (data, meta) => step({ type: 'heard', data, meta, isSelf })),
    source.on('gap', (gap) => step({ type: 'gap', gap })),
    source.watchOutgoing(follow),
    source.state.subscribe(enter),
  ]
  source.outgoing().forEach(follow)

  const publish = async (data: unknown): Promise<Receipt> => source.publish(event, data).receipt

  const retry = async (key: string): Promise<Receipt> => {
    const own = pendingOf(view, key)?.item
    if (!own || !hasFailed(own))
      throw new RoomfulError('INVALID_ARGUMENT', `no failed message with the key ${describe(key)}`)
    retries += 1
    try {
      const { id, receipt } = source.publish(event, own.given)
      step({ type: 'retried', key, id, now: Date.now() })
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
      const own = pendingOf(view, key)?.item
      if (!own) return false
      step({ type: 'discarded', key })
      if (own.id !== undefined && isOnItsWay(own)) {
        discarded.add(own.id)
        source.discard(own.id)
      }
      return true
    },
    loadOlder(limit?: number): Promise<void> {
      if (limit !== undefined) assertCount('limit', limit)
      loading ??= handled(load(limit))
      return loading
    },
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

function isOut({ status }: RoomState): boolean {
  return status === 'left' || status === 'leaving'
}
