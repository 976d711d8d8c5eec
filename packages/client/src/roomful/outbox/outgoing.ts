import { RoomfulError } from '@roomful/contract'
import { type Message, messageId, type Outcome } from './message.ts'
import type { OutboxCore } from './outbox-core.ts'

/** One of our messages on its way, as a timeline shows it. */
export interface OutgoingEntry {
  readonly id: string
  readonly event: string
  readonly data: unknown
  readonly state: 'queued' | 'sending' | Outcome['state']
  readonly seq?: number
  readonly at?: number
  readonly error?: RoomfulError
}

export function entryOf(message: Message, state: OutgoingEntry['state'], details?: Outcome): OutgoingEntry {
  const { event, data } = message
  return { id: messageId(message), event, data, ...details, state }
}

/** Ours in a room, oldest first, as timelines show them. */
export function outgoingIn(outbox: OutboxCore, room: string): OutgoingEntry[] {
  const flying = new Set(outbox.queues.get(room)?.flying())
  return outbox.mineIn(room).map((message) => entryOf(message, flying.has(message) ? 'sending' : 'queued'))
}

export function discardIn(outbox: OutboxCore, room: string, id: string): void {
  const error = new RoomfulError('DISCARDED', `message ${id} of room ${room} was discarded`)
  outbox.in(room, (queue) => queue.end((message) => (messageId(message) === id ? error : undefined)))
}
