import type { RoomfulError } from '@roomful/contract'
import { givenUp, keyOf, type Message, type Settled } from './message.ts'
import type { Changes, OutboxOutput, OutboxState } from './outbox-types.ts'
import { emptyQueue, type QueueStep, type RoomQueue, without } from './room-queue.ts'

export function queued(state: OutboxState, messages: readonly Message[], inFront: boolean): OutboxState {
  const rooms = new Map(state.rooms)
  for (const room of new Set(messages.map((message) => message.room))) {
    const queue = rooms.get(room) ?? emptyQueue
    const added = messages.filter((message) => message.room === room)
    rooms.set(room, { ...queue, messages: inFront ? [...added, ...queue.messages] : [...queue.messages, ...added] })
  }
  return { ...state, rooms, unstored: changed(state, messages) }
}

/** Ends messages without an answer: what is still being stored was not sent, whatever its mark says. */
export function ended(queue: RoomQueue, why: (message: Message) => RoomfulError | undefined): QueueStep {
  const unsent = queue.flight && !queue.flight.isSent ? queue.flight.messages : []
  const asTheyWere = new Map(unsent.map((message) => [keyOf(message), message]))
  const settled = queue.messages.flatMap((message) => {
    const error = why(message)
    return error ? [givenUp(asTheyWere.get(keyOf(message)) ?? message, error)] : []
  })
  return without(queue, settled)
}

export function inRoom(
  state: OutboxState,
  room: string,
  change: (queue: RoomQueue) => QueueStep,
  outputs: OutboxOutput[],
): OutboxState {
  const { queue, settled, wait } = change(state.rooms.get(room) ?? emptyQueue)
  if (wait) outputs.push({ type: 'wait', room, ...wait })
  const rooms = new Map(state.rooms)
  if (queue.session || queue.messages.length > 0) rooms.set(room, queue)
  else rooms.delete(room)
  const untold: Settled[] = []
  for (const { message, outcome } of settled) {
    if (outcome.state === 'confirmed') outputs.push({ type: 'tell', message, outcome })
    else untold.push({ message, outcome }) // after its removal is stored: nobody may send it again and be told otherwise (C6)
  }
  const gone = settled.map(({ message }) => message)
  return { ...state, rooms, unstored: changed(state, gone, true), untold: [...state.untold, ...untold] }
}

export function changed({ unstored }: OutboxState, messages: readonly Message[], isGone = false): Changes {
  if (messages.length === 0) return unstored
  return new Map([...unstored, ...messages.map((message) => [keyOf(message), { message, isGone }] as const)])
}
