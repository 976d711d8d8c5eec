import type { ItemResult, PublishAnswer } from '@roomful/client'
import { bytesOf, type Message } from '../../../src/outbox/message.ts'
import { outbox } from '../../../src/outbox/outbox-state.ts'
import { newOutbox, type OutboxInput, type OutboxOutput, type OutboxState } from '../../../src/outbox/outbox-types.ts'
import type { Flight, Session } from '../../../src/outbox/room-queue.ts'

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
  readonly limit?: OutboxState['limit']
  /** Whether the test itself says when something is stored; else that is at once. */
  readonly isStored?: boolean
}

/** An outbox that says in words what is to be done. */
export function createScriptedOutbox({
  user,
  limit = { messages: 500, bytes: 100_000 },
  isStored = true,
}: Script = {}) {
  let state = newOutbox(user, limit)
  const flights: Flight[] = []
  const run = (input: OutboxInput, now: number): string[] => {
    const step = outbox(state, input, now)
    state = step.state
    return step.outputs.flatMap((output) => {
      if (output.type === 'send') flights.push(output.flight)
      if (output.type !== 'store' || !isStored) return [inWords(output)]
      return run({ type: 'stored', isStored: true }, now)
    })
  }
  const to = (input: OutboxInput, now = NOW): string[] => run(input, now)
  return {
    to,
    state: () => state,
    /** The numbers that wait in a room, those that were sent marked. */
    waiting: (room = 'general') => (state.rooms.get(room)?.messages ?? []).map(numberOf),
    emit: (...messages: readonly Message[]) => messages.flatMap((each) => to({ type: 'emit', message: each })),
    /** Welcome on our server as this user, with nothing left by earlier pages. */
    welcome: (who: string | null = 'ada', now = NOW) => [
      ...to({ type: 'welcome', user: who, windowMs: 23 * HOUR }, now),
      ...to({ type: 'ready' }, now),
    ],
    open: (room = 'general', parts: Partial<Session> = {}, now = NOW) =>
      to({ type: 'open', room, session: { ...session, ...parts } }, now),
    close: (room = 'general', isOurs = false) => to({ type: 'close', room, isOurs }),
    /** How many messages wait in all rooms, and their bytes. */
    size: () => {
      const all = [...state.rooms.values()].flatMap(({ messages }) => messages)
      return { messages: all.length, bytes: all.reduce((sum, { bytes }) => sum + bytes, 0) }
    },
    wake: (room = 'general') => to({ type: 'wake', room }),
    stored: (isStored = true) => to({ type: 'stored', isStored }),
    /** The server's answer to the n-th batch, counted from 0; to the last one unless told. */
    answer: (said: PublishAnswer, nth = flights.length - 1, room = 'general') =>
      to({ type: 'answer', room, flight: flightOf(nth), answer: said }),
    unanswered: (room = 'general') => to({ type: 'unanswered', room, flight: flightOf(flights.length - 1) }),
    written: (errors: Extract<OutboxInput, { type: 'written' }>['errors'] = [], room = 'general') =>
      to({ type: 'written', room, flight: flightOf(flights.length - 1), errors }),
  }

  function flightOf(nth: number): Flight {
    const flight = flights[nth]
    if (!flight) throw new Error(`expected ${nth + 1} batches, got ${flights.length}`)
    return flight
  }
}

function inWords(output: OutboxOutput): string {
  switch (output.type) {
    case 'store': {
      const changes = [...output.changes.values()]
      return `store ${changes.map(({ message: each, isGone }) => (isGone ? `-${each.n}` : `+${numberOf(each)}`)).join(' ')}`
    }
    case 'send':
      return `send ${output.room}: ${output.flight.messages.map(({ n }) => n).join(' ')}`
    case 'wait':
      return `wait ${output.ms}${output.rejoin ? ', join again' : ''}`
    case 'tell': {
      const { outcome } = output
      const what = outcome.state === 'confirmed' ? outcome.seq : outcome.error?.code
      return [output.message.n, outcome.state, what].filter((word) => word !== undefined).join(' ')
    }
  }
}

function numberOf({ n, sentAt }: Message): string {
  return sentAt === undefined ? `${n}` : `${n} sent`
}
