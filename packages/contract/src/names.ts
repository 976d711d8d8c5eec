import { RoomfulError } from './errors.ts'
import { describe } from './values.ts'

/** Socket.IO keeps these names for itself. */
const RESERVED = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'] as const
/** One of Socket.IO's own event names. */
export type ReservedName = (typeof RESERVED)[number]
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** Whether `value` can name a room: 1 to 128 characters, none of them a control character. */
export function isRoomName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 128 && !CONTROL.test(value)
}

/** Whether `value` can name an event of an app: 1 to 64 characters, not beginning with `$`, not one of Socket.IO's own. */
export function isEventName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 64 && value[0] !== '$' && !isReserved(value)
}

/** Throws unless `value` can name a room. */
export function assertRoomName(value: unknown): asserts value is string {
  if (isRoomName(value)) return
  const got = typeof value === 'string' ? `one of ${value.length} characters` : describe(value)
  throw new RoomfulError(
    'INVALID_ARGUMENT',
    `a room's name must be a string of 1 to 128 characters without control characters, got ${got}`,
  )
}

/** Throws unless `value` can name an event; reserved names say what to use instead. */
export function assertEventName(value: unknown): asserts value is string {
  if (isEventName(value)) return
  throw new RoomfulError('INVALID_ARGUMENT', sentenceFor(value))
}

function isReserved(name: string): boolean {
  return (RESERVED as readonly string[]).includes(name)
}

function sentenceFor(value: unknown): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > 64)
    return `an event's name must be a string of 1 to 64 characters, got ${describe(value)}`
  if (value[0] === '$')
    return `event name ${JSON.stringify(value)} is reserved: names that begin with $ belong to the protocol`
  return `event name "${value}" is reserved by Socket.IO: use client.connection for the connection's state`
}
