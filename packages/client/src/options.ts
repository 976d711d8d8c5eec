import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import type { RoomsOption } from './client-core.ts'
import type { Auth } from './connection/auth.ts'
import type { ReconnectOptions } from './connection/connection-settings.ts'
import type { OnInvalid } from './events/schemas.ts'
import type { Inspect, OnDrop } from './inspect.ts'
import { plainRooms } from './rooms/plain/plain-rooms.ts'
import type { Report } from './store.ts'
import type { ExistingSocket, SocketOptions } from './transport/socket-port.ts'

/**
 * Times are in milliseconds. An unknown option, or one of the wrong type, makes `createClient` throw `INVALID_ARGUMENT`; in
 * a build for production, only a wrong url, time or `existingSocket` does.
 */
export interface ClientOptions {
  /** The server's address, `https://example.com`. A path after it is the namespace. In a browser `/` and `/namespace` are on the page's own server. */
  readonly url: string
  /**
   * How the client speaks of rooms: `roomful()` where the server has `@roomful/server`, `plainRooms()` on any other.
   * @default plainRooms()
   */
  readonly rooms?: RoomsOption
  /**
   * Credentials for the handshake, or a function that is called before each attempt, and once more after the server refused
   * them. Where it throws, the attempt fails with `AUTH_FAILED` and is repeated. With `roomful()` it is also called before the
   * credentials end (`expiring`); an object cannot be renewed, so that its end disconnects the client.
   */
  readonly auth?: Auth
  /** Whether the first use connects. With false only `connect()` does. @default true */
  readonly autoConnect?: boolean
  /** How long one attempt to connect may take, with credentials and the server's answer. Then it fails: `TIMEOUT`, `AUTH_FAILED` or `UNSUPPORTED`. @default 10000 */
  readonly connectTimeoutMs?: number
  /** How long `emitWithAck` waits for an answer (`TIMEOUT`), and a room for the server to store a message (it is sent again). @default 10000 */
  readonly ackTimeoutMs?: number
  /** How long a room waits for the answer to its join. Then it is `failed` with `TIMEOUT`, and tries again. @default 5000 */
  readonly joinTimeoutMs?: number
  readonly reconnect?: ReconnectOptions
  /** How many emits may be queued while disconnected, and how many messages to rooms (of 1 MiB together) may be unconfirmed: beyond it `QUEUE_FULL`. @default 500 */
  readonly queueLimit?: number
  /** Called with data that was dropped because the contract refuses it. @default console.warn */
  readonly onInvalid?: OnInvalid
  /** Called with each emit that was dropped, and each message that failed or may not have arrived (`UNKNOWN`). Volatile emits go to `inspect` only. @default in development one console.warn for each outage */
  readonly onDrop?: OnDrop
  /** Called with errors that the app's own listeners threw. @default reportError, or console.error where there is none */
  readonly onError?: Report
  /** Called with everything that happens, for logs and devtools: changes of state, packets, drops. */
  readonly inspect?: Inspect
  /** Options of socket.io-client. */
  readonly socket?: SocketOptions
  readonly existingSocket?: undefined
}

/** What an existing socket has already. */
type SocketsOwn = 'url' | 'auth' | 'socket' | 'connectTimeoutMs' | 'reconnect'

/**
 * For a client over a socket that the app has made, with `plainRooms()`. The socket connects and reconnects as the app has
 * set it up; `disconnect()` and `close()` only detach the client from it.
 */
export interface ExistingSocketOptions
  extends Omit<ClientOptions, SocketsOwn | 'existingSocket' | 'rooms'>, Partial<Record<SocketsOwn, undefined>> {
  /** `roomful()` needs a socket of the client. @default plainRooms() */
  readonly rooms?: RoomsOption<'plain'>
  /** A `Socket` of socket.io-client 4.5 or later, connected or not. */
  readonly existingSocket: ExistingSocket
}

/** The options with their defaults. */
export type Settings = Required<Omit<ClientOptions, 'auth' | 'inspect' | 'onDrop' | 'existingSocket'>> &
  Pick<ClientOptions, 'inspect' | 'onDrop'> & {
    readonly auth: Auth | undefined
    readonly existingSocket?: ExistingSocket
  }

/** Adds the defaults; throws `INVALID_ARGUMENT` for a wrong url, time, `queueLimit` or `existingSocket`. `assertOptions` checks the others. */
export function settingsFrom(options: ClientOptions | ExistingSocketOptions): Settings {
  const { existingSocket, rooms }: { existingSocket?: unknown; rooms?: RoomsOption | undefined } = options
  if (existingSocket === undefined) assertUrl(options.url)
  else if (existingSocket === null) expected('existingSocket', 'a Socket of socket.io-client', existingSocket)
  else if (rooms?.kind === 'roomful')
    throw new RoomfulError('INVALID_ARGUMENT', 'rooms: expected plainRooms() with existingSocket, got roomful()')
  for (const name of NUMBERS) assertNumber(name, options[name])
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null)
  const connectTimeoutMs = existingSocket ? Infinity : DEFAULTS.connectTimeoutMs // the socket has its own
  return {
    ...DEFAULTS,
    connectTimeoutMs,
    rooms: rooms ?? plainRooms(),
    ...Object.fromEntries(given),
  } as Settings
}

const NUMBERS = ['connectTimeoutMs', 'ackTimeoutMs', 'joinTimeoutMs', 'queueLimit'] as const

/** Throws unless the value is a number that makes sense. A timer beyond 2³¹ ms would fire at once. */
export function assertNumber(name: string, value: unknown = 0): void {
  const isFine = typeof value === 'number' && value >= 0 && (!name.endsWith('Ms') || value < 2 ** 31)
  if (!isFine) expected(name, name.endsWith('Ms') ? 'milliseconds, less than 2³¹' : 'a number', value)
}

export function expected(name: string, what: string, value: unknown): never {
  throw new RoomfulError('INVALID_ARGUMENT', `${name}: expected ${what}, got ${describe(value)}`)
}

function assertUrl(url: unknown): asserts url is string {
  // Not by `new URL`: in older versions of React Native its `protocol` throws.
  const isAddress = typeof url === 'string' && /^(\/|(https?|wss?):\/\/[^\s/?#]+([/?#]|$))/.test(url)
  if (!isAddress)
    expected('url', 'an address such as "https://example.com" (http, https, ws, wss), or a path such as "/"', url)
}

const warn: OnInvalid = (error, { room }) => {
  // oxlint-disable-next-line no-console -- the default; the option onInvalid replaces it
  console.warn(`roomful dropped an event${room === undefined ? '' : ` of room ${room}`}:`, error.message)
}

/** As for any listener that throws: the page's `error` event, which error trackers listen to. */
const reportToPlatform: Report = (error, source) => {
  if (typeof reportError === 'function') reportError(error)
  // oxlint-disable-next-line no-console -- the platform has no reportError
  else console.error(`roomful: a listener of ${source} failed:`, error)
}

const DEFAULTS: Omit<Settings, 'auth' | 'rooms' | 'existingSocket'> = {
  url: '',
  autoConnect: true,
  connectTimeoutMs: 10_000,
  ackTimeoutMs: 10_000,
  joinTimeoutMs: 5_000,
  reconnect: {},
  queueLimit: 500,
  onInvalid: warn,
  onError: reportToPlatform,
  socket: {},
}
