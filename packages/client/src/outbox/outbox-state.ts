import { RoomfulError } from '@roomful/contract'
import { proceed, stored } from './departures.ts'
import { keyOf, type Message } from './message.ts'
import { changed, ended, inRoom, queued } from './outbox-changes.ts'
import { isMine } from './outbox-views.ts'
import type { OutboxInput, OutboxOutput, OutboxState, OutboxStep } from './outbox-types.ts'
import { answered, closed, opened, unanswered, woken, written } from './room-queue.ts'

/** The next state, and what is to be done, in this order. `now` is the server's clock, in milliseconds. */
export function outbox(state: OutboxState, input: OutboxInput, now: number): OutboxStep {
  const outputs: OutboxOutput[] = []
  const next = proceed(applied(state, input, outputs), now, outputs)
  return { state: next, outputs }
}

function applied(state: OutboxState, input: OutboxInput, outputs: OutboxOutput[]): OutboxState {
  switch (input.type) {
    case 'emit':
      return emitted(state, input.message, outputs)
    case 'adopted':
      return queued(state, input.messages, input.inFront)
    case 'ready':
      return { ...state, isReady: true }
    case 'welcome':
      return welcome(state, input.user, input.windowMs)
    case 'plain':
      return plain(state, input.cid)
    case 'stopped':
      return stopped(state, input.error, outputs)
    case 'open':
      return inRoom(state, input.room, (queue) => opened(queue, input.session), outputs)
    case 'close':
      return inRoom(state, input.room, (queue) => closed(queue, input.isOurs), outputs)
    case 'wake':
      return inRoom(state, input.room, woken, outputs)
    case 'refused':
      return inRoom(
        state,
        input.room,
        (queue) => ended(queue, (message) => (isMine(state, message) ? input.error : undefined)),
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
      return stored(state, input.isStored, outputs)
  }
}

function emitted(state: OutboxState, message: Message, outputs: OutboxOutput[]): OutboxState {
  const mine = [...state.rooms.values()].flatMap(({ messages }) => messages.filter((other) => isMine(state, other)))
  const bytes = mine.reduce((sum, other) => sum + other.bytes, 0)
  const { limit } = state
  if (mine.length < limit.messages && bytes + message.bytes <= limit.bytes) return queued(state, [message], false)
  const sentence = `"${message.event}" was not sent to room ${message.room}: ${mine.length} messages of ${bytes} bytes wait already`
  outputs.push({
    type: 'tell',
    message,
    outcome: { state: 'rejected', error: new RoomfulError('QUEUE_FULL', sentence) },
  })
  return state
}

/** Messages become those of who we are now. */
function claimed(state: OutboxState, which: (message: Message) => boolean): OutboxState {
  const ours: Message[] = []
  const rooms = new Map(state.rooms)
  for (const [room, queue] of rooms) {
    const messages = queue.messages.map((message) => {
      if (!which(message)) return message
      const claim = { ...message, user: state.user }
      ours.push(claim)
      return claim
    })
    rooms.set(room, { ...queue, messages })
  }
  return { ...state, rooms, unstored: changed(state, ours) }
}

/** What nobody owned yet is ours. Another user's own messages wait until what that user's earlier pages left is taken over. */
function welcome(state: OutboxState, user: string | null, windowMs: number): OutboxState {
  const isReady = state.isReady && state.user === user
  return claimed({ ...state, user, windowMs, standing: 'told', isReady }, ({ user: owner }) => owner === undefined)
}

/** Who the app said we are helps no more: nobody will say whether it is so. What earlier pages left stays as it is. */
function plain(state: OutboxState, cid: string): OutboxState {
  const next: OutboxState = { ...state, user: undefined, standing: 'past', isReady: true }
  if (state.standing !== 'assumed' || state.user === undefined) return next
  return claimed(next, (message) => message.cid === cid && message.user === state.user)
}

/** What is nobody's yet must not become the next user's; what is somebody's waits for them. */
function stopped(state: OutboxState, error: RoomfulError, outputs: OutboxOutput[]): OutboxState {
  const why = ({ user }: Message): RoomfulError | undefined => (user === undefined ? error : undefined)
  const next = [...state.rooms.keys()].reduce(
    (before, room) => inRoom(before, room, (queue) => ended(queue, why), outputs),
    state,
  )
  return { ...next, standing: 'past' }
}

function discarded(state: OutboxState, message: Message, outputs: OutboxOutput[]): OutboxState {
  const error = new RoomfulError('DISCARDED', `"${message.event}" of room ${message.room} was discarded`)
  const why = (other: Message): RoomfulError | undefined => (keyOf(other) === keyOf(message) ? error : undefined)
  return inRoom(state, message.room, (queue) => ended(queue, why), outputs)
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
  return { ...state, rooms, unstored }
}
