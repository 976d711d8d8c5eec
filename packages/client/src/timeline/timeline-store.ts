import { type AnyContract, type Receipt, RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import { createGuardedStore } from '../guarded-store.ts'
import { isForGood } from '../events/refusal.ts'
import { handled, untilState } from '../promises.ts'
import type { OutgoingEntry } from '../roomful/outbox/outgoing.ts'
import type { Room } from '../rooms/room.ts'
import { sourceOf } from '../rooms/room-source.ts'
import { isOut, type RoomState } from '../rooms/room-state.ts'
import { TimelineView } from './timeline.ts'
import { hasFailed, isOnItsWay } from './timeline-entry.ts'
import type { TimelineSource } from './timeline-source.ts'
import type { Timeline, TimelineName, TimelineOptions, TimelineState } from './timeline-types.ts'

/** No timeline's key is another's: a dialogue that outlives its room must not touch a message of the next. */
let timelines = 0

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
  const name = ++timelines
  let keys = 0
  const view = new TimelineView(max, source.isSelf, () => `${name}.${keys++}`)
  const closing = new AbortController()
  let isClosed = false
  let loading: Promise<void> | undefined
  let retries = 0
  /** What is heard of the outbox before a retried message has its key. */
  const early: OutgoingEntry[] = []
  /** Ids of messages that are not shown any more, and that the outbox still has. */
  const discarded = new Set<string>()
  const first: TimelineState = {
    version: 0,
    entries: view.entries,
    hasOlder: undefined,
    isLoading: false,
    error: undefined,
  }
  const store = createGuardedStore(first, source.report)

  /** Shows what has changed, if anything. */
  const show = (more: Partial<TimelineState> = {}): void => {
    const { entries, hasOlder } = view
    const state = store.getState()
    const isSame = entries === state.entries
    if (isClosed || (isSame && hasOlder === state.hasOlder && Object.keys(more).length === 0)) return
    store.setState({ ...state, ...more, entries, hasOlder, version: state.version + (isSame ? 0 : 1) }, true)
  }

  const follow = (entry: OutgoingEntry): void => {
    if (entry.event !== event) return
    if (retries > 0) early.push(entry)
    else if (!discarded.has(entry.id)) {
      const read = (data: unknown) => source.read(event, data)
      view.outgoing(entry, () => source.outgoing(), read, Date.now())
      show()
    } else if (!isOnItsWay(entry)) discarded.delete(entry.id)
  }

  const loadPages = async (limit: number | undefined): Promise<void> => {
    if (view.placed >= max)
      throw new RoomfulError('LIMIT', `nothing older is loaded: the timeline holds ${max} entries already (max)`)
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const { oldest: before, epoch, placed } = view
      const query = { ...(before !== undefined && { before }), ...(limit !== undefined && { limit }) }
      const page = await source.history(query)
      if (isClosed) return
      view.older({ event, page, before, epoch })
      show()
      // A page of a log that is no more says nothing: the new one is asked.
      if (view.placed > placed || (epoch === view.epoch && !page.more)) return
    }
  }

  /** As everything else that is asked of a room, it waits for the connection, and outlives its loss. */
  const loadJoined = async (limit: number | undefined): Promise<void> => {
    const isIn = () => source.state.getState().status === 'joined'
    if (!isIn()) await untilState(source.state, verdict, closing.signal)
    try {
      await loadPages(limit)
    } catch (error) {
      if ((error as RoomfulError).code !== 'DISCONNECTED' || isIn()) throw error
      await loadJoined(limit)
    }
  }

  const load = async (limit: number | undefined): Promise<void> => {
    show({ isLoading: true, error: undefined })
    try {
      await loadJoined(limit)
      show({ isLoading: false })
    } catch (failure) {
      if (isClosed) return
      const error = RoomfulError.from(failure)
      const isAll = error.code === 'UNSUPPORTED'
      if (isAll) view.hasOlder = false
      show({ isLoading: false, error: isAll ? undefined : error })
      if (!isAll) throw error
    } finally {
      loading = undefined
    }
  }

  const undo = [
    source.on(event, (data, meta) => {
      view.heard({ data, meta })
      show()
    }),
    source.on('gap', (gap) => {
      view.gap(gap)
      show()
    }),
    source.watchOutgoing(follow),
    source.state.subscribe((state, previous) => {
      if (!isOut(previous) || isOut(state)) return
      view.beginAnew()
      show()
    }),
  ]
  source.outgoing().forEach(follow)

  const publish = async (data: unknown): Promise<Receipt> => source.publish(event, data).receipt

  const retry = async (key: string): Promise<Receipt> => {
    const own = view.withKey(key)
    if (!own || !hasFailed(own))
      throw new RoomfulError('INVALID_ARGUMENT', `no failed message with the key ${describe(key)}`)
    retries += 1
    try {
      const { id, receipt } = source.publish(event, own.given)
      view.retried(key, id, Date.now())
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
      const own = view.withKey(key)
      if (!own) return false
      view.discarded(key)
      show()
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
      closing.abort()
      for (const off of undo.splice(0)) off()
    },
  }
}

function assertCount(name: string, value: unknown): void {
  if (Number.isInteger(value) && (value as number) > 0) return
  throw new RoomfulError('INVALID_ARGUMENT', `${name} must be a whole number of at least 1, got ${describe(value)}`)
}

/** What `loadOlder` waits for: joined, or that we cannot be. A join that is refused for now is tried again. */
function verdict({ status, error }: RoomState): Error | true | undefined {
  if (status === 'joined') return true
  return status === 'failed' && !isForGood(error) ? undefined : error
}
