import { type Refusal, RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import type { Auth } from './connection/auth.ts'
import type { ReconnectOptions } from './connection/back-off.ts'
import type { OnInvalid } from './events/schemas.ts'
import type { Report } from './guarded-store.ts'
import type { Inspect } from './inspect.ts'
import type { OutboxOption } from './roomful/storage/keeper.ts'
import type { PlainRoomsOption } from './rooms/plain-rooms.ts'
import type { SocketOptions } from './transport/socket-port.ts'

/** Times are in milliseconds. */
export interface ClientOptions {
  /** The server, `https://example.com`; a path after it is the namespace. In a browser also `/` or `/namespace` of the page's own. */
  readonly url: string
  /** Credentials for the handshake, or a function that is asked before each attempt, and again when they were refused. */
  readonly auth?: Auth
  /** Whether the first use connects; else only `connect()` does. @default true */
  readonly autoConnect?: boolean
  /** How long one attempt to connect may take: credentials, network and the server's answer. @default 10000 */
  readonly connectTimeoutMs?: number
  /** How long `emitWithAck` waits for an answer, and a room for the server to have a message. @default 10000 */
  readonly ackTimeoutMs?: number
  /** How long a room waits for the answer to its join; then it is `failed`, and holds up nobody. @default 5000 */
  readonly joinTimeoutMs?: number
  /** How long a server may take to say that it speaks roomful/1; one that was plain last time is not waited for. @default 150 */
  readonly helloTimeoutMs?: number
  readonly reconnect?: ReconnectOptions
  /** How many emits may wait for the connection, and how many messages of all rooms, of 1 MiB at most, for the server to have them. @default 500 */
  readonly queueLimit?: number
  /** `persistentOutbox()` keeps what is sent to rooms across reloads. @default in memory */
  readonly outbox?: OutboxOption
  /** `plainRooms()` for a server without `@roomful/server`. @default asks the server */
  readonly rooms?: PlainRoomsOption
  /** The refusal in an acknowledgement, if it is one; several values come as an array. `{ $error }` always is one. */
  readonly refusalOf?: (ack: unknown) => Refusal | undefined
  /** Hears of data that was dropped because the contract does not accept it. @default console.warn */
  readonly onInvalid?: OnInvalid
  /** Hears of what the app's own listeners threw. @default reportError, or console.error where there is none */
  readonly onError?: Report
  /** Sees everything, for logs and devtools: each change of state, packet and drop. */
  readonly inspect?: Inspect
  /** Handed through to socket.io-client. */
  readonly socket?: SocketOptions
}

/** The options with their defaults. */
export type Settings = Required<Omit<ClientOptions, 'url' | 'auth' | 'outbox' | 'rooms' | 'inspect'>> & {
  readonly auth: Auth | undefined
  readonly plain: PlainRoomsOption | undefined
}

/** Fills in the defaults; throws `INVALID_ARGUMENT` for what cannot be meant. */
export function settingsFrom(options: ClientOptions): Settings {
  assertUrl(options.url)
  assertKinds(options)
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null)
  return { ...DEFAULTS, ...Object.fromEntries(given), plain: options.rooms } as Settings
}

/** A timer beyond 2³¹ ms fires at once. */
export function assertNumber(name: string, value: unknown = 0): void {
  const isFine = typeof value === 'number' && value >= 0 && (!name.endsWith('Ms') || value < 2 ** 31)
  if (!isFine) expected(name, name.endsWith('Ms') ? 'milliseconds, less than 2³¹' : 'a number', value)
}

const NUMBERS = ['connectTimeoutMs', 'ackTimeoutMs', 'joinTimeoutMs', 'helloTimeoutMs', 'queueLimit'] as const
const RECONNECT_NUMBERS = ['attempts', 'minDelayMs', 'maxDelayMs'] as const
const FUNCTIONS = ['refusalOf', 'onInvalid', 'onError', 'inspect'] as const

/** What the compiler would have said, for those who have none. */
function assertKinds(options: ClientOptions & { readonly contract?: unknown }): void {
  const { auth, reconnect, socket, outbox, rooms, contract } = options
  const assert = (name: string, value: unknown, isFine: (value: unknown) => boolean, what: string): void => {
    if (value !== undefined && !isFine(value)) expected(name, what, value)
  }
  const has = (key: string) => (value: unknown) => isObject(value) && key in value
  for (const name of NUMBERS) assertNumber(name, options[name])
  for (const name of FUNCTIONS) assert(name, options[name], isFunction, 'a function')
  const isAuth = (value: unknown) => isFunction(value) || isObject(value)
  assert('auth', auth, isAuth, 'an object such as { token }, or a function that gives one')
  assert('reconnect', reconnect, isObject, 'an object such as { attempts: 0 }')
  for (const name of RECONNECT_NUMBERS) assertNumber(`reconnect.${name}`, reconnect?.[name])
  assert('socket', socket, isObject, 'an object such as { path }')
  assert('rooms', rooms, has('kind'), 'plainRooms()')
  assert('outbox', outbox, has('keep'), 'persistentOutbox()')
  assert('contract', contract, has('definition'), 'what defineContract() gives')
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function expected(name: string, what: string, value: unknown): never {
  throw new RoomfulError('INVALID_ARGUMENT', `${name}: expected ${what}, got ${describe(value)}`)
}

function assertUrl(url: unknown): asserts url is string {
  const isAddress = typeof url === 'string' && (url.startsWith('/') || /^(https?|wss?):$/.test(protocolOf(url)))
  if (isAddress) return
  throw new RoomfulError(
    'INVALID_ARGUMENT',
    `url must be an http(s) or ws(s) address such as "https://example.com", or a path such as "/", got ${describe(url)}`,
  )
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : ''
}

const warn: OnInvalid = (error, { room }) => {
  // oxlint-disable-next-line no-console -- the default; an app that has a better place says so
  console.warn(`roomful dropped an event${room === undefined ? '' : ` of room ${room}`}:`, error.message)
}

/** As with any listener that throws: the page's `error` event, where error trackers look. */
const reportToPlatform: Report = (error, source) => {
  if (typeof reportError === 'function') reportError(error)
  // oxlint-disable-next-line no-console -- the same
  else console.error(`roomful: a listener of ${source} failed:`, error)
}

const DEFAULTS: Omit<Settings, 'auth' | 'plain'> = {
  autoConnect: true,
  connectTimeoutMs: 10_000,
  ackTimeoutMs: 10_000,
  joinTimeoutMs: 5_000,
  helloTimeoutMs: 150,
  reconnect: {},
  queueLimit: 500,
  refusalOf: () => undefined,
  onInvalid: warn,
  onError: reportToPlatform,
  socket: {},
}
