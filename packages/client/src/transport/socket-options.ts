import { RoomfulError } from '@roomful/contract'
import { describe, isObject } from '@roomful/contract/protocol'
import type { SocketOptions } from './socket-port.ts'

type Kind =
  | 'a string'
  | 'a list with a transport, such as ["websocket"]'
  | 'a boolean'
  | 'an object'
  | 'milliseconds'
  | 'any'

/** The options that are passed on, by the type of their value. */
const KINDS: Readonly<Record<keyof SocketOptions, Kind>> = {
  path: 'a string',
  addTrailingSlash: 'a boolean',
  transports: 'a list with a transport, such as ["websocket"]',
  tryAllTransports: 'a boolean',
  upgrade: 'a boolean',
  rememberUpgrade: 'a boolean',
  transportOptions: 'an object',
  withCredentials: 'a boolean',
  query: 'an object',
  extraHeaders: 'an object',
  protocols: 'any',
  timestampRequests: 'a boolean',
  timestampParam: 'a string',
  requestTimeout: 'milliseconds',
  forceBase64: 'a boolean',
  closeOnBeforeunload: 'a boolean',
  forceNew: 'a boolean',
  parser: 'any',
  agent: 'any',
  autoUnref: 'a boolean',
  perMessageDeflate: 'any',
  ca: 'any',
  cert: 'any',
  key: 'any',
  pfx: 'any',
  passphrase: 'a string',
  ciphers: 'a string',
  rejectUnauthorized: 'a boolean',
}

/** Options of socket.io-client in whose place the client has others. */
const REPLACED: readonly (readonly [names: RegExp, instead: string])[] = [
  [/^(reconnection|randomizationFactor)/, 'the option reconnect: { attempts, minDelayMs, maxDelayMs }'],
  [/^(auth|autoConnect)$/, "the client's option of that name"],
  [/^timeout$/, 'the option connectTimeoutMs'],
  [/^ackTimeout$/, 'the option ackTimeoutMs'],
  [/^retries$/, 'rooms: roomful(), which sends a message until it is stored'],
  [/^multiplex$/, 'socket.forceNew'],
  [/^(host|hostname|port|secure)$/, 'the option url'],
  [/^transportImplementations$/, 'socket.transports'],
]

/** Throws `INVALID_ARGUMENT` for an option that is not passed to socket.io-client, or that has the wrong type. */
export function assertSocketOptions(options: SocketOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (!isSocketOption(name)) {
      const instead = replacementOf(name)
      const sentence = instead
        ? `use ${instead}`
        : 'socket.io-client has no such option, or the client does not pass it on'
      throw new RoomfulError('INVALID_ARGUMENT', `socket.${name} is not accepted: ${sentence}`)
    }
    const kind = KINDS[name as keyof SocketOptions]
    if (value !== undefined && !isOf(kind, value))
      throw new RoomfulError('INVALID_ARGUMENT', `socket.${name}: expected ${kind}, got ${describe(value)}`)
  }
}

/** What to use in place of an option of socket.io-client; undefined where the client has no such option either. */
export function replacementOf(name: string): string | undefined {
  return REPLACED.find(([names]) => names.test(name))?.[1]
}

export function isSocketOption(name: string): boolean {
  return Object.hasOwn(KINDS, name)
}

function isOf(kind: Kind, value: unknown): boolean {
  if (kind === 'any') return true
  if (kind.startsWith('a list')) return Array.isArray(value) && value.length > 0
  if (kind === 'an object') return isObject(value)
  if (kind === 'milliseconds') return typeof value === 'number' && value >= 0
  return kind === `a ${typeof value}`
}
