import { RoomfulError } from './errors.ts'
import { describe } from './values.ts'

/** The event names that Socket.IO reserves. */
const RESERVED = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'] as const
/** One of Socket.IO's own event names. */
export type ReservedName = (typeof RESERVED)[number]
// Control characters, line and paragraph separators, characters that direct text, and halves of surrogate pairs. A name with
// one of the latter two can look like another name, or become another one as UTF-8.
// oxlint-disable-next-line no-control-regex
const REFUSED = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/u

/**
 * Whether `value` can name a room of roomful/1: 1 to 128 characters, not beginning with `$`, in Unicode's form NFC, without white
 * space at its ends and without control and bidi characters. Two names are one room only where they are equal.
 */
export function isRoomName(value: unknown): value is string {
  return roomNameError(value) === undefined
}

/** Why `value` cannot name a room of roomful/1; undefined for a valid name. */
export function roomNameError(value: unknown): string | undefined {
  const start = "a room's name must"
  if (typeof value !== 'string' || value.length === 0 || value.length > 128) {
    const got = typeof value === 'string' ? `one of ${value.length} characters` : describe(value)
    return `${start} be a string of 1 to 128 characters, got ${got}`
  }
  if (value[0] === '$') return `${start} not begin with $: such names are reserved`
  if (REFUSED.test(value)) return `${start} not have control or bidi characters or halves of surrogate pairs`
  if (value !== value.trim()) return `${start} not begin or end with white space`
  if (value !== value.normalize()) return `${start} be in the Unicode form NFC: use name.normalize()`
  return undefined
}

/** Whether `value` can name an event of roomful/1: 1 to 64 characters, not beginning with `$`, not one of Socket.IO's own. */
export function isEventName(value: unknown): value is string {
  return (eventNameError(value) ?? limitError(value as string)) === undefined
}

/** Throws unless `value` can name a room of roomful/1; the sentence says which rule it breaks. */
export function assertRoomName(value: unknown): asserts value is string {
  refuse(roomNameError(value))
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
