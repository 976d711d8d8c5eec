import { RoomfulError } from '@roomful/contract'
import { describe, isObject } from '@roomful/contract/protocol'
import type { RoomName } from './room.ts'

/** An event's name, then its arguments, as this server takes them. */
export type EventCall = readonly [event: string, ...args: unknown[]]

/**
 * How a server without `@roomful/server` speaks of rooms. The defaults are those of Flask-SocketIO's tutorial. Where `join`,
 * `leave` or `emit` throws, or returns anything else than an event and its arguments, the call fails with `INVALID_ARGUMENT`.
 */
export interface PlainRooms {
  /** The event that asks to join. @default (room, params) => ['join', { room, ...params }] */
  readonly join?: (room: RoomName, params: unknown) => EventCall
  /** The event that asks to leave. @default (room, params) => ['leave', { room, ...params }] */
  readonly leave?: (room: RoomName, params: unknown) => EventCall
  /** The event that sends to a room. @default (room, event, data) => [event, { room, ...data }] */
  readonly emit?: (room: RoomName, event: string, data: unknown, params: unknown) => EventCall
  /** The room that an event from the server belongs to, if any. @default (event, data) => data.room */
  readonly roomOf?: (event: string, data: unknown) => RoomName | undefined
  /** How long to wait for the answer to a join before it counts as joined, in milliseconds: a server need not answer. @default 300 */
  readonly ackWaitMs?: number
}

const DEFAULTS: Required<PlainRooms> = {
  join: (room, params) => ['join', withRoom(room, params, 'params', 'join')],
  leave: (room, params) => ['leave', withRoom(room, params, 'params', 'leave')],
  emit: (room, event, data) => [event, withRoom(room, data, 'data', 'emit')],
  roomOf: (_event, data) => (isObject(data) && isPlainName(data['room']) ? data['room'] : undefined),
  ackWaitMs: 300,
}

/** The options with their defaults; throws `INVALID_ARGUMENT` for an option of the wrong type. */
export function plainSettings(options: PlainRooms): Required<PlainRooms> {
  const settings: Required<PlainRooms> = { ...DEFAULTS }
  for (const name of Object.keys(DEFAULTS) as (keyof PlainRooms)[]) {
    const value: unknown = options[name]
    if (value === undefined) continue
    const isMs = typeof value === 'number' && value >= 0 && value < 2 ** 31
    if (name === 'ackWaitMs' ? !isMs : typeof value !== 'function') {
      const expected = name === 'ackWaitMs' ? 'milliseconds, less than 2³¹' : 'a function'
      throw new RoomfulError('INVALID_ARGUMENT', `plainRooms ${name}: expected ${expected}, got ${describe(value)}`)
    }
    Object.assign(settings, { [name]: value })
  }
  return settings
}

/** Whether a plain server may have a room of this name. 42 and '42' are two rooms. */
export function isPlainName(name: unknown): name is RoomName {
  return typeof name === 'string' || Number.isFinite(name)
}

export function plainNameError(name: unknown): RoomfulError | undefined {
  if (isPlainName(name)) return undefined
  return new RoomfulError('INVALID_ARGUMENT', `a room's name must be a string or a number, got ${describe(name)}`)
}

/** The event and arguments that one of the app's functions gives; throws `INVALID_ARGUMENT` where it gives none. */
export function callFrom(option: 'join' | 'leave' | 'emit', make: () => EventCall): EventCall {
  let call: unknown
  try {
    call = make()
  } catch (cause) {
    if (cause instanceof RoomfulError && cause.code === 'INVALID_ARGUMENT') throw cause
    throw new RoomfulError('INVALID_ARGUMENT', `plainRooms ${option} threw ${String(cause)}`, { cause })
  }
  if (Array.isArray(call) && typeof call[0] === 'string') return call as unknown as EventCall
  const expected = `a list of an event and its arguments, such as ["${option}", data]`
  throw new RoomfulError('INVALID_ARGUMENT', `plainRooms ${option}: expected ${expected}, got ${describe(call)}`)
}

function withRoom(room: RoomName, data: unknown, what: string, option: string): object {
  if (data === undefined || data === null) return { room }
  if (isObject(data)) return { room, ...data }
  const sentence = `plainRooms sends { room, ...${what} }, so ${what} must be an object, got ${describe(data)}`
  throw new RoomfulError('INVALID_ARGUMENT', `${sentence}; plainRooms({ ${option} }) changes that`)
}
