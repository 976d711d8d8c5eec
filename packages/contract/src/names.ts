import { RoomfulError } from './errors.ts'
import { describe } from './values.ts'

/** The event names that Socket.IO reserves. */
const RESERVED = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'] as const
/** One of Socket.IO's own event names. */
export type ReservedName = (typeof RESERVED)[number]
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** Whether `value` can name a room: 1 to 128 characters, none of them a control character. */
export function isRoomName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 128 && !CONTROL.test(value)
}

/** Whether `value` can name an event of roomful/1: 1 to 64 characters, not beginning with `$`, not one of Socket.IO's own. */
export function isEventName(value: unknown): value is string {
  return (eventNameError(value) ?? limitError(value as string)) === undefined
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

/** Throws unless `value` can name an event of roomful/1; reserved names say what to use instead. */
export function assertEventName(value: unknown): asserts value is string {
  refuse(eventNameError(value) ?? limitError(value as string))
}

/** The same for any Socket.IO server: every string but Socket.IO's own names. */
export function assertPlainEventName(value: unknown): asserts value is string {
  refuse(eventNameError(value))
}

function eventNameError(value: unknown): string | undefined {
  if (typeof value !== 'string') return `an event's name must be a string, got ${describe(value)}`
  if ((RESERVED as readonly string[]).includes(value))
    return `event name "${value}" is reserved by Socket.IO: use client.connection for the connection's state`
  return undefined
}

function limitError(value: string): string | undefined {
  if (value[0] === '$')
    return `event name ${JSON.stringify(value)} is reserved: names that begin with $ belong to the protocol`
  if (value.length > 0 && value.length <= 64) return undefined
  return `an event's name must be a string of 1 to 64 characters, got ${describe(value)}`
}

function refuse(sentence: string | undefined): void {
  if (sentence !== undefined) throw new RoomfulError('INVALID_ARGUMENT', sentence)
}
