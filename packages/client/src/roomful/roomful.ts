import { RoomfulError } from '@roomful/contract'
import {
  assertEventName,
  describe,
  type Hello,
  INBOX,
  isObject,
  PROTOCOL_VERSION,
  wire,
} from '@roomful/contract/protocol'
import type { ClientCore, RoomsOption } from '../client-core.ts'
import type { AuthContext, AuthFunction } from '../connection/auth.ts'
import { handled } from '../promises.ts'
import type { ClientOutbox, RoomHost, RoomPart, RoomsProtocol } from '../rooms/rooms-protocol.ts'
import { Outbox } from './outbox/outbox.ts'
import type { MessageTracing } from './outbox/tracing.ts'
import { RoomfulRoom } from './roomful-room.ts'
import { Joins } from './joins.ts'
import { type RoomfulLink, roomfulRooms } from './roomful-rooms.ts'
import type { OutboxOption } from './storage/stored-outbox.ts'
import { endByServer } from './bye.ts'
import { TokenRenewal } from './token-renewal.ts'
import { isBye, isMeta, isRoomMessage, readHello } from './wire-messages.ts'

export interface RoomfulOptions {
  /** `persistentOutbox({ user })` keeps messages to rooms across reloads. @default in memory */
  readonly outbox?: OutboxOption
  /** Makes a span for each message: `otelTracing()` of `@roomful/client/otel`. @default none */
  readonly tracing?: MessageTracing
}

/**
 * For a server with `@roomful/server`: every message of a room exactly once, in one order, replayed after an outage, or the
 * client is told. A server without it is not connected to: the attempt fails with `UNSUPPORTED`.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for an outbox that is not one.
 * @example createClient({ url, rooms: roomful({ outbox: persistentOutbox({ user: session.userId }) }) })
 */
export function roomful({ outbox, tracing }: RoomfulOptions = {}): RoomsOption<'roomful'> {
  if (outbox !== undefined && !(isObject(outbox) && 'open' in outbox))
    throw new RoomfulError('INVALID_ARGUMENT', `roomful outbox: expected persistentOutbox(), got ${describe(outbox)}`)
  if (typeof globalThis.crypto?.getRandomValues !== 'function')
    throw new RoomfulError(
      'UNSUPPORTED',
      'roomful() needs crypto.getRandomValues: install the polyfill "react-native-get-random-values", or use plainRooms()',
    )
  return { kind: 'roomful', assertEventName, createProtocol: (core) => new RoomfulProtocol(core, outbox, tracing) }
}

/** Speaks roomful/1 for one client: docs/protocol.md. */
class RoomfulProtocol implements RoomsProtocol, RoomfulLink {
  readonly kind = 'roomful'
  readonly serverInfo = undefined
  readonly outbox: Outbox
  readonly clientOutbox: ClientOutbox
  readonly core: ClientCore
  /** What the server said of itself; undefined before its first `$hello`. */
  hello: Hello | undefined
  hasBye = false
  readonly #renewal: TokenRenewal
  readonly #joins = new Joins(this)

  constructor(core: ClientCore, option: OutboxOption | undefined, tracing: MessageTracing | undefined) {
    this.core = core
    this.outbox = new Outbox(core, option, tracing)
    this.outbox.onConfirmed = (room, seq) => this.#room(room)?.onSeen(seq)
    this.#renewal = new TokenRenewal(core, this, (user) =>
      core.connection.setServerInfo({ user: core.schemas.readUser(user) }),
    )
    const { getState, getInitialState, subscribe } = this.outbox.store
    this.clientOutbox = { getState, getInitialState, subscribe, clear: () => handled(this.outbox.clear()) }
  }

  createPart(host: RoomHost): RoomPart {
    return new RoomfulRoom(host, this)
  }

  receiveEarly(event: string, [message]: readonly unknown[]): boolean {
    const { connection, schemas } = this.core
    if (event === wire.bye) return this.#onBye(message)
    if (event !== wire.hello) return false
    const hello = readHello(message)
    if (hello) {
      this.hello = hello
      const { storage } = this.outbox.store.getState()
      const exactlyOnce = hello.limits.dedupMs > 0
      const { durability } = hello
      const guarantees = {
        rooms: 'roomful',
        order: true,
        replay: true,
        exactlyOnce,
        durability,
        outbox: storage,
      } as const
      connection.onServerInfo({ user: schemas.readUser(hello.user), guarantees })
    } else connection.reject(new RoomfulError('UNSUPPORTED', unsupported(message)))
    return true
  }

  receive(event: string, args: readonly unknown[]): boolean {
    if (event.startsWith('$') && event !== wire.redact) {
      if (event !== wire.bye || !this.#onBye(args[0])) this.#receiveOwn(event, args[0])
      return true
    }
    const meta = args.at(-1)
    if (!isMeta(meta)) return false
    const room = this.#room(meta.$room)
    if (room) room.receive(event, args.length > 1 ? args[0] : undefined, meta)
    else this.#drop(event, `no room ${meta.$room}`)
    return true
  }

  userId(): string | undefined {
    return this.outbox.user ?? undefined
  }

  askAuth(auth: AuthFunction, context: AuthContext): ReturnType<AuthFunction> {
    return this.#renewal.ask(auth, context)
  }

  onConnecting(): void {
    this.outbox.onConnecting()
  }

  onConnected(): boolean {
    this.hasBye = false
    const before = this.outbox.user
    this.outbox.onHello(this.hello!)
    this.#renewal.onConnected(this.hello!)
    return before !== undefined && before !== this.outbox.user
  }

  onStopped(error: RoomfulError): void {
    this.outbox.onStopped(error)
  }

  close(): void {
    this.outbox.end()
  }

  /** The first value of the server's answer. */
  async request(event: string, request: object, timeoutMs: number): Promise<unknown> {
    return (await this.core.sender.requestNow(event, [request], { timeoutMs }))[0]
  }

  join(request: object): Promise<unknown> {
    return this.#joins.send(request)
  }

  /** False for a message that cannot be read. */
  #onBye(message: unknown): boolean {
    if (!isBye(message)) return false
    this.hasBye = true
    endByServer(this.core.connection, message)
    return true
  }

  #receiveOwn(event: string, message: unknown): void {
    const name = isRoomMessage(message) && event !== wire.hello ? message.room : undefined
    const room = name === undefined ? undefined : this.#room(name)
    if (!room?.receiveOwn(event, message))
      this.#drop(event, room || name === undefined ? 'not a message of roomful/1' : `no room ${name}`)
  }

  #room(name: string): RoomfulRoom | undefined {
    const { rooms } = this.core
    const host = name === INBOX ? rooms.inbox : rooms.get(name)
    return host && (roomfulRooms.get(host) as RoomfulRoom | undefined)
  }

  #drop(event: string, reason: string): void {
    this.core.reporting.inspect({ type: 'drop', direction: 'in', event, reason })
  }
}

function unsupported(hello: unknown): string {
  const version = isObject(hello) ? hello['v'] : undefined
  return version === PROTOCOL_VERSION
    ? "the server's $hello cannot be read"
    : `the server speaks roomful/${describe(version)}, this client roomful/${PROTOCOL_VERSION}: use the same version of both packages`
}
