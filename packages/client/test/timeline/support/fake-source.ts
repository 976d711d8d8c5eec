import { type EventsMap, type Receipt, RoomfulError, type SocketIoContract } from '@roomful/client'
import { createStore } from 'zustand/vanilla'
import { Listeners } from '../../../src/emitter.ts'
import type { OutgoingEntry } from '../../../src/roomful/outbox/outgoing.ts'
import type { MessageMeta } from '../../../src/rooms/room.ts'
import type { RoomState } from '../../../src/rooms/room-state.ts'
import type { HistoryMessages, TimelineSource } from '../../../src/timeline/timeline-source.ts'
import { timelineOf } from '../../../src/timeline/timeline-store.ts'
import type { TimelineOptions } from '../../../src/timeline/timeline-types.ts'

interface Asked {
  readonly query: { readonly before?: number; readonly limit?: number }
  answer(page: HistoryMessages): void
  fail(error: unknown): void
}

/** We are Ann; without another sender, a message is ours. */
export const isSelf = (from: unknown) => (from as { readonly id: string } | undefined)?.id === 'ann'
export const metaOf = (seq: number, id = `log:${seq}`, from = 'ann'): MessageMeta => ({
  id,
  seq,
  from: { id: from },
  at: seq * 1_000,
  replayed: false,
})
/** A page of messages by their seq; those written as text are of another event. */
export const pageOf = (seqs: readonly (number | string)[], more: boolean): HistoryMessages => ({
  more,
  messages: seqs.map((seq) => ({
    event: typeof seq === 'string' ? 'reaction' : 'message',
    data: `log ${seq}`,
    meta: metaOf(Number(seq)),
  })),
})

/** A timeline of `message` over a room that does what the test says. */
export function timelineOverFake(options: TimelineOptions & { readonly outgoing?: readonly OutgoingEntry[] } = {}) {
  const heard = new Listeners<[unknown, unknown?]>()
  const watchers = new Listeners<[OutgoingEntry]>()
  const state = createStore<RoomState>(() => ({ status: 'joined', acknowledged: true }))
  const asked: Asked[] = []
  const reported: unknown[] = []
  const discarded: string[] = []
  const published: unknown[] = []
  /** Waits with what the watchers hear, as an outbox that is in the middle of something does. */
  let isLate = false
  const late: OutgoingEntry[] = []

  const rethrow = (error: unknown) => {
    throw error
  }
  const tell = (entry: OutgoingEntry) => watchers.of('outbox')?.call([entry], rethrow)
  const source: TimelineSource = {
    state,
    on: (event: string, handler: (data: never, meta: never) => void) => heard.add(event, handler as () => void),
    history: (query) =>
      new Promise((answer, fail) => {
        asked.push({ query, answer, fail })
      }),
    publish(event, data) {
      if (data === 'bad') throw new RoomfulError('INVALID', 'bad data')
      published.push(data)
      const entry = { id: `own:${published.length}`, event, data, state: 'queued' } as const
      if (isLate) late.push(entry)
      else tell(entry)
      return { id: entry.id, receipt: Promise.resolve<Receipt>({ confirmed: true, id: entry.id, seq: 1, at: 1 }) }
    },
    outgoing: () => options.outgoing ?? [],
    watchOutgoing: (listener) => watchers.add('outbox', listener),
    discard: (id) => discarded.push(id),
    isSelf,
    read: (_, data) => `read ${String(data)}`,
    report: (error) => reported.push(error),
  }
  const timeline = timelineOf<SocketIoContract<EventsMap, EventsMap>, string>(source, 'message', options)
  return {
    timeline,
    asked,
    reported,
    discarded,
    published,
    state,
    tell,
    setLate: () => (isLate = true),
    tellLate: () => late.splice(0).forEach(tell),
    hear: (seq: number, id?: string) => heard.of('message')?.call([`log ${id ?? seq}`, metaOf(seq, id)], rethrow),
    miss: (from: number, to: number) => heard.of('gap')?.call([{ from, to, reason: 'retention' }], rethrow),
    /** Everybody who listens to the room in any way. */
    listeners: () =>
      ['message', 'gap'].map((event) => heard.of(event)?.size ?? 0).concat(watchers.of('outbox')?.size ?? 0),
    /** That of the first entry. */
    key: () => timeline.state.getState().entries.at(0)?.key ?? '',
    /** Each entry as its key and its state, or what is missing. */
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
