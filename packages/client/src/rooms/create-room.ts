import type { Receipt } from '@roomful/contract'
import { INBOX } from '@roomful/contract/protocol'
import { assertNumber } from '../options.ts'
import { type CallOptions, handled, throwIfAborted } from '../promises.ts'
import { watched } from '../store.ts'
import type { Inbox } from './inbox.ts'
import type { HistoryQuery, JoinOptions, Room } from './room.ts'
import type { RoomCore } from './room-core.ts'
import { type RoomInternals, setInternals } from './room-internals.ts'
import { type RoomState, sendError } from './room-state.ts'
import type { SentMessage } from './rooms-protocol.ts'
import { sentPromise } from './sent-promise.ts'

/** The room that the app gets: checked arguments, and promises whose rejections are never unhandled. */
export function createRoom(core: RoomCore, autoConnect: () => void): Room {
  const { name, store, events, part } = core
  const { reporting, schemas } = core.client
  const release = (): void => core.checkUse()

  const join = async ({ params, ...wait }: JoinOptions): Promise<Room> => {
    throwIfAborted(wait.signal)
    assertNumber('timeoutMs', wait.timeoutMs)
    schemas.checkJoinParams(params)
    autoConnect()
    await core.join(params, wait)
    return room
  }

  const senderWith = (wait: CallOptions) => {
    const receiptOf = async (event: string, args: readonly unknown[]): Promise<Receipt> => {
      throwIfAborted(wait.signal)
      assertNumber('timeoutMs', wait.timeoutMs)
      return emitIn(core, core.state, event, args, wait).receipt
    }
    const emit = (event: string, ...args: unknown[]) => sentPromise(receiptOf(event, args), reporting, event, name)
    return { emit, send: (...args: unknown[]) => emit('message', ...args) }
  }

  const room: Room = {
    name,
    get status() {
      return store.getState().status
    },
    state: watched(store, release),
    members: watched(part.members, release),
    occupancy: watched(part.occupancy, release),
    join: (options: JoinOptions = {}) => handled(join(options)),
    leave: () => core.leave(),
    retain: ({ params } = {}) => {
      schemas.checkJoinParams(params)
      autoConnect()
      return core.retain(params)
    },
    on: (event: string, handler: unknown) => {
      const off = events.on(event, handler as () => void)
      autoConnect()
      release()
      return () => {
        off()
        release()
      }
    },
    ...senderWith({}),
    with: senderWith,
    volatile: {
      emit(event: string, ...args: unknown[]) {
        schemas.checkRoomEvent(event, args, true)
        if (store.getState().status === 'joined') return part.volatile(event, args[0])
        core.drop('out', event, 'volatile, and the room is not joined')
        return false
      },
    },
    history: (query: HistoryQuery = {}) =>
      handled(
        part.history(query).then(({ messages, amendments, more }) => ({
          messages: messages.filter(({ isRedacted }) => !isRedacted),
          amendments,
          more,
        })),
      ),
  }
  setInternals(room, core)
  return room
}

/** The app's side of the user's own room: what a room has for reading. */
export function createInbox(core: RoomCore, autoConnect: () => void): Inbox {
  const { state, on, history } = createRoom(core, autoConnect)
  const inbox = {
    name: INBOX,
    get status() {
      return core.state.status
    },
    state,
    on,
    history,
  }
  setInternals(inbox, core)
  return inbox as Inbox
}

/** Hands a message to the protocol; throws, and leaves nothing there, where the contract or the room's state refuses it. */
export function emitIn(
  { name, client, part }: RoomInternals,
  state: RoomState,
  event: string,
  args: readonly unknown[],
  wait: CallOptions,
): SentMessage {
  const data = client.schemas.checkRoomEvent(event, args, false)
  const error = sendError(state, name, event)
  if (error) client.reporting.drop(event, error, name)
  if (error) throw error
  return part.emit(event, data, wait)
}
