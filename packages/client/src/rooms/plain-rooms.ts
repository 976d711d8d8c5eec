import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import { within } from '../promises.ts'
import type { HistoryPage, Joined, RoomProtocol } from './room-protocol.ts'

/** How a server without `@roomful/server` speaks of rooms; the defaults are Flask-SocketIO's tutorial's. */
export interface PlainRooms {
  /** The event that asks to join, with `{ room }`. @default "join" */
  readonly joinEvent?: string
  /** @default "leave" */
  readonly leaveEvent?: string
  /** Which room an event belongs to, if any. @default the data's own `room` */
  readonly roomOf?: (event: string, data: unknown) => string | undefined
  /** What a room event carries on the wire. @default `{ room, ...data }` */
  readonly toRoom?: (room: string, data: unknown) => unknown
  /** How long to wait for an answer to a join before it counts as done, in milliseconds: a server need not answer. @default 300 */
  readonly ackWaitMs?: number
}

/**
 * Says that the server is a plain Socket.IO server (Node, Flask, …), and how it speaks of rooms; nothing is waited for then.
 *
 * @example createClient({ url, rooms: plainRooms({ joinEvent: 'subscribe', toRoom: (channel, data) => ({ channel, data }) }) })
 */
export function plainRooms(options: PlainRooms = {}): PlainRoomsOption {
  return { kind: 'plain', ...options }
}

export interface PlainRoomsOption extends PlainRooms {
  readonly kind: 'plain'
}

export interface PlainPort {
  askNow(event: string, args: readonly unknown[], options: { timeoutMs: number }): Promise<unknown[]>
  write(event: string, args: readonly unknown[]): boolean
  /** Now or not at all, also where the connection is congested. */
  volatile(event: string, args: readonly unknown[]): void
}

interface Settings extends PlainRooms {
  readonly joinTimeoutMs: number
  readonly ackTimeoutMs: number
  /** The server's no in an acknowledgement, if it is one. */
  readonly refusalIn: (values: readonly unknown[]) => RoomfulError | undefined
}

const UNLIMITED = { epoch: undefined, batchItems: Infinity, batchBytes: Infinity, eventBytes: Infinity }

/** Rooms on any Socket.IO server: what it does not answer is not claimed. */
export function createPlainRooms(port: PlainPort, settings: Settings): RoomProtocol {
  const {
    joinEvent = 'join',
    leaveEvent = 'leave',
    toRoom = addRoom,
    ackWaitMs = 300,
    joinTimeoutMs,
    ackTimeoutMs,
  } = settings

  const ask = async (event: string, room: string): Promise<void> => {
    const refusal = settings.refusalIn(await port.askNow(event, [{ room }], { timeoutMs: ackTimeoutMs }))
    if (refusal) throw refusal
  }

  return {
    kind: 'plain',
    async join(room, _since, onLate): Promise<Joined> {
      const answer = ask(joinEvent, room)
      const acknowledged = await within(Math.min(ackWaitMs, joinTimeoutMs), answer)
      if (!acknowledged)
        answer.then(
          () => onLate(),
          (error: RoomfulError) => error.refusal && onLate(error),
        )
      return { acknowledged }
    },
    async leave(room) {
      await within(ackWaitMs, ask(leaveEvent, room))
    },
    session: () => UNLIMITED,
    publish: (room, { messages }) =>
      messages.map(({ event, data }) => {
        try {
          if (port.write(event, [toRoom(room, data)])) return undefined
          return new RoomfulError('DISCONNECTED', `"${event}" was not sent to room ${room}: not connected`)
        } catch (error) {
          return RoomfulError.from(error)
        }
      }),
    volatile: (room, event, data) => port.volatile(event, [toRoom(room, data)]),
    history: (): Promise<HistoryPage> =>
      Promise.reject(new RoomfulError('UNSUPPORTED', 'this server keeps no history: mount @roomful/server on it')),
  }
}

function addRoom(room: string, data: unknown): unknown {
  if (data === undefined || data === null) return { room }
  if (typeof data === 'object' && !Array.isArray(data)) return { room, ...data }
  throw new RoomfulError(
    'INVALID_ARGUMENT',
    `a plain server gets { room, ...data }, so data must be an object, got ${describe(data)}; plainRooms({ toRoom }) changes that`,
  )
}

/** The room that an event's data names itself. */
export function roomNamedIn(_event: string, data: unknown): string | undefined {
  const room = typeof data === 'object' && data !== null ? (data as { room?: unknown }).room : undefined
  return typeof room === 'string' ? room : undefined
}
