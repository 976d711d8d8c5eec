import { RoomfulError } from '@roomful/contract'
import { proceed, stored } from './departures.ts'
import type { Message } from './message.ts'
import { changed, ended, inRoom, queued, resized } from './outbox-changes.ts'
import type { OutboxInput, OutboxOutput, OutboxState, OutboxStep } from './outbox-types.ts'
import { answered, closed, keyOf, opened, unanswered, woken, written } from './room-queue.ts'

/** The next state, and what is to be done, in this order. `now` is the server's clock, in milliseconds. */
export function outbox(state: OutboxState, input: OutboxInput, now: number): OutboxStep {
  const outputs: OutboxOutput[] = []
  const next = proceed(taken(state, input, outputs), now, outputs)
  return { state: next, outputs }
}

/** The messages of one room, in order. */
export function messagesIn({ rooms }: OutboxState, room: string): readonly Message[] {
  return rooms.get(room)?.messages ?? []
}

/** Whether the message waits for us, rather than for another user. */
export function isMine({ user }: OutboxState, message: Message): boolean {
  return message.user === user || message.user === undefined
}

function taken(state: OutboxState, input: OutboxInput, outputs: OutboxOutput[]): OutboxState {
  switch (input.type) {
    case 'emit':
      return emitted(state, input.message, outputs)
    case 'adopted':
      return queued(state, input.messages, input.inFront)
    case 'ready':
      return { ...state, isReady: true }
    case 'welcome':
      return claimed({ ...state, user: input.user, windowMs: input.windowMs, isWelcome: true }, undefined, input.user)
    case 'plain':
      // Who the app said we are helps no more: nobody will say whether it is so.
      return state.isWelcome
        ? { ...state, user: undefined, isWelcome: false }
        : claimed({ ...state, user: undefined, isReady: true }, state.user, undefined)
    case 'open':
      return inRoom(state, input.room, (queue) => opened(queue, input.session), outputs)
    case 'close':
      return inRoom(state, input.room, closed, outputs)
    case 'wake':
      return inRoom(state, input.room, woken, outputs)
    case 'refused':
      return inRoom(
        state,
        input.room,
        (queue) => ended(queue, (message) => isMine(state, message), input.error),
        outputs,
      )
    case 'answer':
      return inRoom(state, input.room, (queue) => answered(queue, input.flight, input.answer), outputs)
    case 'unanswered':
      return inRoom(state, input.room, (queue) => unanswered(queue, input.flight), outputs)
    case 'written':
      return inRoom(state, input.room, (queue) => written(queue, input.flight, input.errors), outputs)
    case 'discard':
      return discarded(state, input.message, outputs)
    case 'lost':
      return lost(state, input.cid, outputs)
    case 'stored':
      return stored(state, outputs)
  }
}

function emitted(state: OutboxState, message: Message, outputs: OutboxOutput[]): OutboxState {
  const { size, limit } = state
  if (size.messages < limit.messages && size.bytes + message.bytes <= limit.bytes)
    return queued(state, [message], false)
  const sentence = `"${message.event}" was not sent to room ${message.room}: ${size.messages} messages of ${size.bytes} bytes wait already`
  outputs.push({
    type: 'tell',
    message,
    outcome: { state: 'rejected', error: new RoomfulError('QUEUE_FULL', sentence) },
  })
  return state
}

/** Messages of one user become another's: of nobody known yet, of who we turned out to be. */
function claimed(state: OutboxState, from: string | null | undefined, to: string | null | undefined): OutboxState {
  const claimedOnes: Message[] = []
  const rooms = new Map(state.rooms)
  for (const [room, queue] of rooms) {
    const messages = queue.messages.map((message) => {
      if (message.user !== from || message.sentAt !== undefined) return message
      const ours = { ...message, user: to }
      claimedOnes.push(ours)
      return ours
    })
    rooms.set(room, { ...queue, messages })
  }
  return { ...state, rooms, unstored: changed(state, claimedOnes) }
}

function discarded(state: OutboxState, message: Message, outputs: OutboxOutput[]): OutboxState {
  const error = new RoomfulError('DISCARDED', `"${message.event}" of room ${message.room} was discarded`)
  const isIt = (other: Message): boolean => keyOf(other) === keyOf(message)
  return inRoom(state, message.room, (queue) => ended(queue, isIt, error), outputs)
}

/** They are another page's now: it tells the server, and the storage. */
function lost(state: OutboxState, cid: string, outputs: OutboxOutput[]): OutboxState {
  const rooms = new Map(state.rooms)
  const gone: Message[] = []
  for (const [room, queue] of rooms) {
    gone.push(...queue.messages.filter((message) => message.cid === cid))
    const flight = queue.flight?.messages[0]?.cid === cid ? undefined : queue.flight
    rooms.set(room, { ...queue, flight, messages: queue.messages.filter((message) => message.cid !== cid) })
  }
  const error = new RoomfulError('UNKNOWN', 'another page took the message over')
  for (const message of gone) outputs.push({ type: 'tell', message, outcome: { state: 'unknown', error } })
  const unstored = new Map([...state.unstored].filter(([, { message }]) => message.cid !== cid))
  return resized({ ...state, rooms, unstored }, gone, -1)
}
