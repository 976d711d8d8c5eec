import type { ItemResult, PublishAnswer } from '@roomful/contract/protocol'
import { bytesOf, type Message, type Outcome } from '../../../../src/roomful/outbox/message.ts'
import { OutboxCore, type OutboxLimit } from '../../../../src/roomful/outbox/outbox-core.ts'
import { Unstored } from '../../../../src/roomful/outbox/unstored.ts'
import type { Flight, RoomQueue, Session } from '../../../../src/roomful/outbox/room-queue.ts'

export const NOW = 1_000_000_000
export const HOUR = 3_600_000
export const EPOCH = 'epoch-one'

export const session: Session = { epoch: EPOCH, batchItems: 64, batchBytes: 98_304, eventBytes: 65_536 }
export const plainSession: Session = {
  epoch: undefined,
  batchItems: Infinity,
  batchBytes: Infinity,
  eventBytes: Infinity,
}

/** Ada's n-th message, never sent, unless told otherwise. */
export function message(n: number, parts: Partial<Message> = {}): Message {
  const { data = n } = parts
  return { cid: 'page-one', n, user: 'ada', room: 'general', event: 'm', data, bytes: bytesOf(data), ...parts }
}

export const answer = (results: readonly ItemResult[], rest: Partial<PublishAnswer> = {}): PublishAnswer => ({
  ok: rest.code === undefined,
  epoch: EPOCH,
  results,
  ...rest,
})
/** The server has them, the first as the log's `seq`. */
export const yes = (count: number, seq = 1): ItemResult[] =>
  Array.from({ length: count }, (_, index) => ({ seq: seq + index, at: 0 }))

interface Script {
  readonly user?: string | null
  readonly limit?: OutboxLimit
  /** False where there is a storage, and the test says when something is stored. */
  readonly isStored?: boolean
}

/** An outbox that says in words what is to be done. */
export class ScriptedOutbox extends OutboxCore {
  time = NOW
  readonly words: string[] = []
  readonly flights: Flight[] = []

  constructor({ user, limit = { messages: 500, bytes: 100_000 }, isStored = true }: Script = {}) {
    super(user, limit, isStored ? undefined : new Unstored())
  }

  protected now(): number {
    return this.time
  }
  protected queued(): void {}
  protected rested(): void {}
  protected keep(put: readonly Message[], remove: readonly Message[]): void {
    this.words.push(['store', ...remove.map(({ n }) => `-${n}`), ...put.map((each) => `+${numberOf(each)}`)].join(' '))
  }
  protected send(room: string, flight: Flight): void {
    this.flights.push(flight)
    this.words.push(`send ${room}: ${flight.messages.map(({ n }) => n).join(' ')}`)
  }
  protected wait(_room: string, ms: number, rejoin: boolean): void {
    this.words.push(`wait ${ms}${rejoin ? ', join again' : ''}`)
  }
  protected settled({ n }: Message, outcome: Outcome): void {
    const what = outcome.state === 'confirmed' ? outcome.seq : outcome.error?.code
    this.words.push([n, outcome.state, what].filter((word) => word !== undefined).join(' '))
  }
}

export function createScriptedOutbox(script: Script = {}) {
  const outbox = new ScriptedOutbox(script)
  const { flights, queues } = outbox
  /** What is to be done after that. */
  const to = (input: (outbox: ScriptedOutbox) => void, now = NOW): string[] => {
    outbox.time = now
    input(outbox)
    return outbox.words.splice(0)
  }
  const inRoom = (change: (queue: RoomQueue) => void, room = 'general', now = NOW) =>
    to(() => outbox.in(room, change), now)
  return {
    to,
    inRoom,
    queues,
    user: () => outbox.user,
    /** The numbers that wait in a room, those that were sent marked. */
    waiting: (room = 'general') => [...(queues.get(room)?.messages ?? [])].map(numberOf),
    emit: (...messages: readonly Message[]) => messages.flatMap((each) => to(() => outbox.emit(each))),
    /** Welcome on our server as this user, with nothing left by earlier pages. */
    welcome: (who: string | null = 'ada', now = NOW) => [
      ...to(() => outbox.greet(who, 23 * HOUR), now),
      ...to(() => outbox.ready(), now),
    ],
    open: (room = 'general', parts: Partial<Session> = {}, now = NOW) =>
      inRoom((queue) => (queue.session = { ...session, ...parts }), room, now),
    close: (room = 'general', isOurs = false) => inRoom((queue) => queue.closed(isOurs), room),
    /** How many messages wait in all rooms, and their bytes. */
    size: () => {
      const all = [...queues.values()].flatMap(({ messages }) => [...messages])
      return { messages: all.length, bytes: all.reduce((sum, { bytes }) => sum + bytes, 0) }
    },
    wake: (room = 'general') => inRoom((queue) => queue.woken(), room),
    stored: (isStored = true) => to(() => outbox.stored(isStored)),
    /** The server's answer to the n-th batch, counted from 0; to the last one unless told. */
    answer: (said: PublishAnswer, nth = flights.length - 1, room = 'general') =>
      inRoom((queue) => queue.answered(flightOf(nth), said), room),
    unanswered: (room = 'general') => inRoom((queue) => queue.unanswered(flightOf(flights.length - 1)), room),
    written: (errors: Parameters<RoomQueue['written']>[1] = [], room = 'general') =>
      inRoom((queue) => queue.written(flightOf(flights.length - 1), errors), room),
  }

  function flightOf(nth: number): Flight {
    const flight = flights[nth]
    if (!flight) throw new Error(`expected ${nth + 1} batches, got ${flights.length}`)
    return flight
  }
}

function numberOf({ n, sentAt }: Message): string {
  return sentAt === undefined ? `${n}` : `${n} sent`
}
