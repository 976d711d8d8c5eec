import { keyOf, type Message } from './message.ts'
import { entryOf, type OutgoingEntry } from './outgoing.ts'
import type { OutboxState } from './outbox-types.ts'
import type { Place } from './safekeeping.ts'

/** How many messages of ours the server has not confirmed: `sending` ones are on their way, `queued` ones wait, and where. */
export interface OutboxStatus {
  readonly queued: number
  readonly sending: number
  readonly place: Place
}

/** The messages of one room, in order. */
export function messagesIn({ rooms }: OutboxState, room: string): readonly Message[] {
  return rooms.get(room)?.messages ?? []
}

/** Whose a message is that is made now. */
export function authorOf({ user, standing }: OutboxState): string | null | undefined {
  return standing === 'past' ? undefined : user
}

/** Whether the message waits for us, rather than for another user. */
export function isMine({ user }: OutboxState, message: Message): boolean {
  return message.user === user || message.user === undefined
}

/** Whether messages of ours wait in the room. */
export function holds(state: OutboxState, room: string): boolean {
  return messagesIn(state, room).some((message) => isMine(state, message))
}

/** Those that are on their way now. */
export function flyingIn({ rooms }: OutboxState, room: string): readonly Message[] {
  const { flight, messages = [] } = rooms.get(room) ?? {}
  if (!flight?.isSent) return []
  const left = new Set(messages.map(keyOf))
  return flight.messages.filter((message) => left.has(keyOf(message)))
}

/** Those of ours, oldest first, as timelines show them. */
export function outgoingIn(state: OutboxState, room: string): OutgoingEntry[] {
  const flying = new Set(flyingIn(state, room).map(keyOf))
  return messagesIn(state, room)
    .filter((message) => isMine(state, message))
    .map((message) => entryOf(message, flying.has(keyOf(message)) ? 'sending' : 'queued'))
}

/** How many of ours there are. */
export function countsOf(state: OutboxState): Omit<OutboxStatus, 'place'> {
  let queued = 0
  let sending = 0
  for (const room of state.rooms.keys()) {
    const flying = flyingIn(state, room).length
    sending += flying
    queued += messagesIn(state, room).filter((message) => isMine(state, message)).length - flying
  }
  return { queued, sending }
}
