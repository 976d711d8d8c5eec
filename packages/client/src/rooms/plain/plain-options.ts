import { RoomfulError } from '@roomful/contract'
import { assertPlainEventName, describe, isObject } from '@roomful/contract/protocol'
import { roomFieldRooms } from './plain-styles.ts'
import type { RoomName } from '../room.ts'
import type { EventCall, PlainRooms } from './plain-types.ts'

/** How long a client waits for an acknowledgement that a server need not give, in milliseconds. */
export const ACK_WAIT_MS = 300

type Reader = 'roomOf' | 'eventOf' | 'dataOf'

/** The options with their defaults. */
export type PlainSettings = PlainRooms & Required<Pick<PlainRooms, 'join' | 'leave' | 'emit' | Reader>>

const DEFAULTS: Pick<PlainSettings, 'eventOf' | 'dataOf'> = {
  eventOf: (event) => event,
  dataOf: (_event, ...args) => (args.length > 1 ? args : args[0]),
}
const NAMES = /^(join|leave|emit|roomOf|eventOf|dataOf|idOf|refusalOf|isRetryable|acks)$/

/** Adds the defaults. In development, throws `INVALID_ARGUMENT` for an unknown option, or one of the wrong type. */
export function plainSettings(options: PlainRooms): PlainSettings {
  if (process.env.NODE_ENV !== 'production') assertTypes(options)
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return { ...DEFAULTS, ...roomFieldRooms, ...Object.fromEntries(given) } as PlainSettings
}

/** For callers without a compiler. */
function assertTypes(options: PlainRooms): void {
  if (!isObject(options))
    throw new RoomfulError('INVALID_ARGUMENT', `plainRooms: expected an object, got ${describe(options)}`)
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    const mayBeFalse = name === 'join' || name === 'leave'
    const type = name === 'acks' ? 'boolean' : 'function'
    if (!NAMES.test(name)) throw new RoomfulError('INVALID_ARGUMENT', `plainRooms has no option ${name}`)
    if (typeof value !== type && !(mayBeFalse && value === false))
      throw wrong(name, `a ${type}${mayBeFalse ? ' or false' : ''}`, value)
  }
}

/** Says what an option of the app should have been or returned. */
export function wrong(option: string, expected: string, got: unknown): RoomfulError {
  return new RoomfulError('INVALID_ARGUMENT', `plainRooms ${option}: expected ${expected}, got ${describe(got)}`)
}

/** Whether a plain server may have a room of this name. 42 and '42' are two rooms. */
export function isPlainName(name: unknown): name is RoomName {
  return typeof name === 'string' || Number.isFinite(name)
}

export function plainNameError(name: unknown): RoomfulError | undefined {
  if (isPlainName(name)) return undefined
  return new RoomfulError('INVALID_ARGUMENT', `a room's name must be a string or a number, got ${describe(name)}`)
}

/** The event and arguments that one of the app's functions gives; throws `INVALID_ARGUMENT` where it gives none, or a reserved name. */
export function callFrom<Call extends EventCall | false>(option: 'join' | 'leave' | 'emit', make: () => Call): Call {
  let call: unknown
  try {
    call = make()
  } catch (cause) {
    if (cause instanceof RoomfulError && cause.code === 'INVALID_ARGUMENT') throw cause
    throw new RoomfulError('INVALID_ARGUMENT', `plainRooms ${option} threw ${String(cause)}`, { cause })
  }
  if (call === false && option !== 'emit') return call as Call
  if (Array.isArray(call) && typeof call[0] === 'string') {
    assertPlainEventName(call[0])
    return call as unknown as Call
  }
  throw wrong(option, `a list of an event and its arguments, such as ["${option}", data]`, call)
}
