import { type EventsMap, type Receipt, RoomfulError, type SocketIoContract } from '@roomful/client'
import { createStore } from 'zustand/vanilla'
import { Listeners } from '../../../src/emitter.ts'
import type { OutgoingMessage } from '../../../src/rooms/rooms-protocol.ts'
import type { Redaction } from '../../../src/rooms/room-events.ts'
import type { HistoryMessages, HistoryQuery, MessageMeta } from '../../../src/rooms/room.ts'
import type { RoomState } from '../../../src/rooms/room-state.ts'
import type { TimelineSource } from '../../../src/timeline/timeline-source.ts'
import { createTimelineOver } from '../../../src/timeline/create-timeline.ts'
import type { TimelineOptions } from '../../../src/timeline/timeline-types.ts'

interface Asked {
  readonly query: HistoryQuery
  answer(page: HistoryMessages): void
  fail(error: unknown): void
}

/** The user is Ann. */
export const isSelf = (from: unknown) => (from as { readonly id: string } | undefined)?.id === 'ann'
export const metaOf = (seq: number, id = `log:${seq}`, from = 'ann'): MessageMeta => ({
  id,
  seq,
  epoch: 'epoch-1',
  from: { id: from },
  at: seq * 1_000,
  replayed: false,
})
/** A page of messages by their seq; a seq that is written as text is of another event. */
export const pageOf = (
  seqs: readonly (number | string)[],
  more: boolean,
  details: Partial<HistoryMessages> = {},
): HistoryMessages => ({
  more,
  epoch: 'epoch-1',
  oldest: Number(seqs[0] ?? 1),
  newest: Number(seqs.at(-1) ?? 0),
  amendments: [],
  redacted: [],
  messages: seqs.map((seq) => ({
    event: typeof seq === 'string' ? 'reaction' : 'message',
    data: `log ${seq}`,
    meta: metaOf(Number(seq)),
  })),
  ...details,
})

/** A timeline of the event "message" over a room that does what the test says. It is joined, unless the test says otherwise. */
export function timelineOverFake(
  options: TimelineOptions & { readonly outgoing?: readonly OutgoingMessage[]; readonly status?: 'left' } = {},
) {
  const heard = new Listeners<[unknown, unknown?]>()
  const watchers = new Listeners<[OutgoingMessage]>()
  const users = new Listeners<[undefined]>()
  const turns = new Listeners<[]>()
  const redactions = new Listeners<[Redaction]>()
  const joined: RoomState = { status: 'joined', acknowledged: true }
  const state = createStore<RoomState>(() => (options.status ? { status: options.status } : joined))
  const server = { epoch: 'epoch-1', continued: new Set<string>(), initial: undefined as HistoryMessages | undefined }
  const requested: number[] = []
  const asked: Asked[] = []
  const reported: unknown[] = []
  const discarded: string[] = []
  const published: unknown[] = []
  /** Whether watchers hear of changes later, as from an outbox that is busy. */
  let isLate = false
  const late: OutgoingMessage[] = []

  const rethrow = (error: unknown) => {
    throw error
  }
  const hear = (seq: number, id?: string) => heard.of('message')?.call([`log ${id ?? seq}`, metaOf(seq, id)], rethrow)
  const endTurn = () => turns.of('end')?.call([], rethrow)
  const tell = (entry: OutgoingMessage) => watchers.of('outbox')?.call([entry], rethrow)
  const source: TimelineSource = {
    state,
    on: (event: string, handler: (data: never, meta: never) => void) => heard.add(event, handler as () => void),
    onRedaction: (listener) => redactions.add('redaction', listener),
    onTurnEnd: (listener) => turns.add('end', listener),
    epoch: () => server.epoch,
    isContinued: (epoch) => server.continued.has(epoch),
    requestInitial(limit) {
      requested.push(limit)
      let isTaken = false
      return () => {
        if (isTaken) throw new Error('the initial page was taken twice')
        isTaken = true
        return server.initial
      }
    },
    watchUser: (listener) => users.add('user', listener),
    history: (query) =>
      new Promise((answer, fail) => {
        asked.push({ query, answer, fail })
      }),
    onEnd: (listener) => turns.add('close', listener),
    publish(event, data) {
      if (data === 'bad') throw new RoomfulError('INVALID', 'bad data')
      published.push(data)
      const entry = { id: `own:${published.length}`, event, data, state: 'queued' } as const
      if (isLate) late.push(entry)
      else tell(entry)
      return { id: entry.id, receipt: Promise.resolve<Receipt>({ confirmed: true, id: entry.id, seq: 1, at: 1 }) }
    },
    refused: async (_, error) => Promise.reject(error as Error),
    outgoing: () => options.outgoing ?? [],
    watchOutgoing: (listener) => watchers.add('outbox', listener),
    discard: (id) => discarded.push(id),
    self: () => ({ id: 'ann' }),
    keyOf: (event) => (event === 'reaction' ? 'emoji' : undefined),
    isSelf,
    read: (_, data) => `read ${String(data)}`,
    report: (error) => reported.push(error),
  }
  const timeline = createTimelineOver<SocketIoContract<EventsMap, EventsMap>, string>(source, 'message', options)
  return {
    timeline,
    asked,
    reported,
    discarded,
    published,
    state,
    requested,
    /** `initial` is the page that comes with the next join. */
    server,
    join: () => state.setState(joined, true),
    closeClient: () => turns.of('close')?.call([], rethrow),
    changeUser: () => users.of('user')?.call([undefined], rethrow),
    tell,
    setLate: () => (isLate = true),
    tellLate: () => late.splice(0).forEach(tell),
    hear(seq: number, id?: string) {
      hear(seq, id)
      endTurn()
    },
    /** One packet with these messages; `between` is called after each of them. */
    hearPack(seqs: readonly number[], between: (seq: number) => void = () => {}) {
      for (const seq of seqs) {
        hear(seq)
        between(seq)
      }
      endTurn()
    },
    miss: (from: number, to: number) => heard.of('gap')?.call([{ from, to, reason: 'retention' }], rethrow),
    reset: () => heard.of('gap')?.call([{ from: undefined, to: undefined, reason: 'epoch' }], rethrow),
    /** Numbers of listeners, by what they listen to. */
    listeners: () =>
      ['message', 'gap']
        .map((event) => heard.of(event)?.size ?? 0)
        .concat(
          turns.of('end')?.size ?? 0,
          turns.of('close')?.size ?? 0,
          watchers.of('outbox')?.size ?? 0,
          users.of('user')?.size ?? 0,
        ),
    /** The key of the first entry. */
    key: () => timeline.state.getState().entries.at(0)?.key ?? '',
    /** The seq of each message, the reason of each gap. */
    seqs: () => timeline.state.getState().entries.map((entry) => (entry.kind === 'gap' ? entry.reason : entry.seq)),
    /** Each entry as its key, its data and its state; a gap as its seqs. */
    shown: () =>
      timeline.state
        .getState()
        .entries.map((entry) =>
          entry.kind === 'gap'
            ? `${entry.from}-${entry.to}`
            : `${entry.key.split('.')[1]} ${String(entry.data)} ${entry.state}`,
        ),
  }
}
