import {
  type AnyContract,
  type At,
  type DataOut,
  type Receipt,
  type RoomListened,
  RoomfulError,
} from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import { createGuardedStore } from '../store.ts'
import { handled } from '../promises.ts'
import type { OutgoingMessage } from '../rooms/rooms-protocol.ts'
import type { Inbox, InboxName, InboxTimeline } from '../rooms/inbox.ts'
import type { Room } from '../rooms/room.ts'
import { sourceOf } from './room-timeline-source.ts'
import { isOut } from '../rooms/room-state.ts'
import { hasFailed, isUnsettled } from './timeline-entry.ts'
import { createLoader } from './timeline-loader.ts'
import type { TimelineSource } from './timeline-source.ts'
import type {
  AmendedTimelineOptions,
  Timeline,
  TimelineName,
  TimelineOptions,
  TimelineState,
} from './timeline-types.ts'
import { type LogMessage, type PageKind, TimelineView } from './timeline-view.ts'

/** Messages of a larger packet are taken in parts. */
const MAX_TOGETHER = 1_000

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
export function createTimeline<C extends AnyContract, E extends InboxName<C>>(
  inbox: Inbox<C>,
  event: E,
  options?: TimelineOptions,
): InboxTimeline<C, E>
export function createTimeline<
  C extends AnyContract,
  E extends TimelineName<C>,
  Shown = DataOut<At<RoomListened<C>, E>>,
>(room: Room<C>, event: E, options?: AmendedTimelineOptions<C, E, Shown>): Timeline<C, E, Shown>
export function createTimeline(room: object, event: string, options: TimelineOptions = {}): unknown {
  return createTimelineOver(sourceOf(room), event as never, options)
}

/** The same, over anything that does what a room does. */
export function createTimelineOver<C extends AnyContract, E extends TimelineName<C>>(
  source: TimelineSource,
  event: E,
  { initial, max = 10_000, onClose, amend }: AmendedTimelineOptions<C, E, unknown> = {},
): Timeline<C, E> {
  assertCounts({ max, initial })
  const name = ++timelines
  let keys = 0
  const view = new TimelineView(max, source, () => `${name}.${keys++}`)
  const fold = (view.fold = amend?.['~fold'](source))
  let isClosed = false
  let retries = 0
  /** Changes in the outbox that come before a retried message has its key. */
  const early: OutgoingMessage[] = []
  /** Messages that the user discarded and that the outbox still has, by id. */
  const discarded = new Set<string>()
  /** Messages of the packet that is given to the room's listeners, and the epoch of their log. */
  let received: LogMessage[] = []
  let receivedEpoch: string | undefined
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
    const { entries, hasOlder, hasNewer, isReady } = view
    const { error } = { ...state, ...change }
    const status = isReady ? 'ready' : error ? 'failed' : 'loading'
    const version = state.version + (entries === state.entries ? 0 : 1)
    const next: TimelineState = { ...state, ...change, version, entries, status, hasOlder, hasNewer }
    if ((Object.keys(next) as (keyof TimelineState)[]).some((key) => next[key] !== state[key]))
      store.setState(next, true)
  }
  const loader = createLoader({ source, view, event, max, initial, show })

  /** Shows what has changed; loads the first page again where the log is another one. */
  const changed = (): void => {
    if (store.getState().status === 'ready' && !view.isReady) loader.begin()
    show()
  }

  const takeReceived = (): void => {
    if (received.length === 0) return
    view.receive(received, receivedEpoch)
    received = []
    changed()
  }

  const follow = (entry: OutgoingMessage): void => {
    if (fold?.events.includes(entry.event)) {
      takeReceived()
      fold.outgoing(entry, Date.now())
      show()
    }
    if (entry.event !== event) return
    takeReceived()
    if (retries > 0) early.push(entry)
    else if (!discarded.has(entry.id)) {
      const read = (data: unknown) => source.read(event, data)
      view.outgoing(entry, source.epoch(), () => source.outgoing(), read, Date.now())
      show()
    } else if (!isUnsettled(entry)) discarded.delete(entry.id)
  }

  const receive = ({ data, meta, isRedacted }: LogMessage): void => {
    const epoch = source.epoch()
    if (epoch !== receivedEpoch) takeReceived()
    receivedEpoch = epoch
    if (received.push({ data, meta, ...(isRedacted && { isRedacted }) }) === MAX_TOGETHER) takeReceived()
  }

  const close = (): void => {
    if (isClosed) return
    takeReceived()
    isClosed = true
    for (const off of undo.splice(0)) off()
    onClose?.()
  }

  const undo = [
    source.onEnd(close),
    source.on(event, (data, meta) => receive({ data, meta })),
    source.onRedaction(({ seq, message }) => {
      if (message?.event === event) receive(message)
      if (message) return
      takeReceived()
      view.redact(seq)
    }),
    ...(fold?.events ?? []).map((amending) =>
      source.on(amending, (data, meta) => view.amend({ event: amending, data, meta })),
    ),
    source.onTurnEnd(() => {
      takeReceived()
      view.continueIn(source.epoch())
      show()
    }),
    source.on('gap', (gap) => {
      takeReceived()
      view.gap(gap, source.epoch())
      changed()
    }),
    source.watchOutgoing(follow),
    source.state.subscribe((state, previous) => {
      takeReceived()
      if (isOut(previous) && !isOut(state)) view.rejoined()
      if (state.status === 'joining' || state.status === 'joined') loader.catchUp()
      else loader.pause()
      show(state.status === 'joining' && !view.isReady ? { error: undefined } : {})
    }),
    source.watchUser(() => {
      takeReceived()
      view.reset(true)
      discarded.clear()
      loader.begin()
      source.outgoing().forEach(follow)
    }),
    loader.close,
  ]
  source.outgoing().forEach(follow)
  loader.begin()

  const sent = (publish: () => Promise<Receipt>): Promise<Receipt> => {
    try {
      return handled(publish())
    } catch (error) {
      return source.refused(event, error)
    }
  }

  const retry = (key: string): Promise<Receipt> => {
    takeReceived()
    const own = view.list.withKey(key)
    if (!own || !hasFailed(own))
      throw new RoomfulError('INVALID_ARGUMENT', `no failed message with the key ${describe(key)}`)
    retries += 1
    try {
      const { id, receipt } = source.publish(event, own.given)
      view.list.retried(own, id, Date.now())
      show()
      return receipt
    } finally {
      retries -= 1
      if (retries === 0) early.splice(0).forEach(follow)
    }
  }

  const load =
    (kind: PageKind) =>
    (limit?: number): Promise<void> => {
      assertCounts({ limit })
      takeReceived()
      return loader.load(kind, limit)
    }

  return {
    state: store as Timeline<C, E>['state'],
    send: (...args: unknown[]) => sent(() => source.publish(event, args[0]).receipt),
    retry: (key: string) => sent(() => retry(key)),
    discard(key: string): boolean {
      takeReceived()
      const own = view.list.withKey(key)
      if (!own) return false
      view.list.remove(own)
      show()
      if (own.id !== undefined && isUnsettled(own)) {
        discarded.add(own.id)
        source.discard(own.id)
      }
      return true
    },
    loadOlder: load('older'),
    loadNewer: load('newer'),
    loadLatest: load('latest'),
    close,
  }
}

function assertCounts(counts: Readonly<Record<string, number | undefined>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (count === undefined || (Number.isInteger(count) && count > 0)) continue
    throw new RoomfulError('INVALID_ARGUMENT', `${name} must be a whole number of at least 1, got ${describe(count)}`)
  }
}
