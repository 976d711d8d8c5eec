import { RoomfulError } from '@roomful/contract'
import { keyOf, type Message, type Outcome } from './message.ts'
import { changed, ended, inRoom } from './outbox-changes.ts'
import type { OutboxOutput, OutboxState } from './outbox-types.ts'
import { emptyQueue, nextBatch, type QueueStep, type RoomQueue, type Session } from './room-queue.ts'

/** What is to go next, once the storage is free: batches are made, and all changes stored in one step before they leave (C3). */
export function proceed(state: OutboxState, now: number, outputs: OutboxOutput[]): OutboxState {
  if (state.storing) return state
  let next = state
  for (const room of state.rooms.keys()) next = withBatch(next, room, now, outputs)
  if (next.unstored.size === 0 && next.untold.length === 0) return sent(next, outputs)
  outputs.push({ type: 'store', changes: next.unstored })
  return { ...next, unstored: new Map(), untold: [], storing: { untold: next.untold } }
}

/** Makes a room's next batch, where one may go. */
function withBatch(state: OutboxState, room: string, now: number, outputs: OutboxOutput[]): OutboxState {
  const { session, flight, isWaiting } = state.rooms.get(room) ?? emptyQueue
  if (!session || flight || isWaiting || !state.isReady) return state
  const isPlain = session.epoch === undefined
  const next = isPlain ? state : inRoom(state, room, (queue) => expired(state, queue, session, now), outputs)
  const queue = next.rooms.get(room) ?? emptyQueue
  // Without a key in its way, a message must not have been sent with one (C15).
  const isNext = ({ user, sentAt }: Message): boolean =>
    isPlain ? user === undefined && sentAt === undefined : state.standing === 'told' && user === state.user
  const batch = nextBatch(queue, session, isNext)
  if (batch.length === 0) return next
  const marked = isPlain
    ? []
    : batch.filter(({ sentAt }) => sentAt === undefined).map((message) => ({ ...message, sentAt: now }))
  const byKey = new Map(marked.map((message) => [keyOf(message), message]))
  const messages = queue.messages.map((message) => byKey.get(keyOf(message)) ?? message)
  const id = state.flights + 1
  const rooms = new Map(next.rooms).set(room, {
    ...queue,
    messages,
    flight: { id, epoch: session.epoch, messages: batch, isSent: false },
  })
  return { ...next, rooms, flights: id, unstored: changed(next, marked) }
}

/** C8: the server may have forgotten the key. R4: it may take less than it did. */
function expired(state: OutboxState, queue: RoomQueue, { eventBytes }: Session, now: number): QueueStep {
  return ended(queue, ({ user, bytes, sentAt = Infinity }) => {
    if (user !== state.user) return undefined
    if (now - sentAt >= state.windowMs)
      return new RoomfulError('UNKNOWN', 'it was sent longer ago than the server remembers')
    if (bytes > eventBytes) return new RoomfulError('TOO_LARGE', `the server takes at most ${eventBytes} bytes`)
    return undefined
  })
}

/** Batches whose messages are stored leave, without what was ended meanwhile. */
function sent(state: OutboxState, outputs: OutboxOutput[]): OutboxState {
  const rooms = new Map(state.rooms)
  for (const [room, queue] of rooms) {
    if (!queue.flight || queue.flight.isSent) continue
    const left = new Set(queue.messages.map(keyOf))
    const messages = queue.flight.messages.filter((message) => left.has(keyOf(message)))
    const flight = messages.length > 0 ? { ...queue.flight, messages, isSent: true } : undefined
    rooms.set(room, { ...queue, flight })
    if (flight) outputs.push({ type: 'send', room, flight })
  }
  return { ...state, rooms }
}

/** What is still stored may be sent by a later page: nobody knows how that ends. */
export function stored(state: OutboxState, isStored: boolean, outputs: OutboxOutput[]): OutboxState {
  for (const { message, outcome } of state.storing?.untold ?? [])
    outputs.push({ type: 'tell', message, outcome: isStored ? outcome : doubtful(outcome) })
  return sent({ ...state, storing: undefined }, outputs)
}

function doubtful(outcome: Outcome): Outcome {
  if (outcome.state !== 'rejected') return outcome
  const sentence = `the browser's storage failed, and may still have the message: ${outcome.error.message}`
  return { state: 'unknown', error: new RoomfulError('UNKNOWN', sentence, { cause: outcome.error }) }
}
