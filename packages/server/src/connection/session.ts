import { type Bye, type Hello, PROTOCOL_VERSION, wire } from '@roomful/contract/protocol'
import { EXPIRED, type Identity, userIdOf } from './authenticate.ts'
import { endWithBye, mayReturn } from './bye.ts'
import { Credentials } from './credentials.ts'
import type { Drain } from '../drain.ts'
import { type MembershipParts, Memberships } from '../rooms/joins/memberships.ts'
import { hasInbox } from '../rooms/inbox.ts'
import { RefusalError, refuse } from '../refuse.ts'
import type { RequestListeners } from './request-listeners.ts'
import { type RequestHandler, Responder } from './responder.ts'
import { type RequestParts, RoomRequests } from './room-requests.ts'
import type { ConnectionGuard } from '../guard/connection-guard.ts'
import type { PageTurn, PageTurns } from '../guard/page-turns.ts'
import type { RequestTurns } from '../guard/request-turns.ts'
import type { RateLimiter, RequestLimiter } from '../rates/rate-limiter.ts'
import type { Settings } from '../settings.ts'
import type { SocketIoSocket } from '../socket-io.ts'

export interface SessionParts extends RequestParts, MembershipParts {
  readonly drain: Drain
  readonly limiter: RateLimiter
  readonly turns: RequestTurns
  readonly listeners: RequestListeners
}

/** One connection. Sends `$hello` at once, so that it travels with the connect packet, and answers requests until it ends. */
export class Session implements RequestHandler {
  readonly user: string | null
  readonly rates: RequestLimiter
  readonly #since = performance.now()
  readonly #socket: SocketIoSocket
  readonly #guard: ConnectionGuard
  readonly #credentials: Credentials
  readonly #parts: SessionParts
  /** undefined for a client without a user: every room request is refused. */
  readonly #requests: RoomRequests | undefined
  readonly #memberships: Memberships | undefined
  readonly #responder: Responder
  #hasEnded = false

  constructor(socket: SocketIoSocket, identity: Identity | null, guard: ConnectionGuard, parts: SessionParts) {
    const { settings, limiter, listeners } = parts
    this.user = userIdOf(identity)
    this.rates = limiter.connection(rateKeyOf(socket, this.user, settings), this)
    this.#socket = socket
    this.#parts = parts
    this.#guard = guard
    guard.add(this)
    socket.emit(wire.hello, helloFor(identity, settings))
    this.#credentials = new Credentials(socket, identity, this, parts)
    if (identity !== null) {
      this.#memberships = new Memberships(socket, identity, parts)
      this.#requests = new RoomRequests(socket, identity, this.#memberships, this.rates, parts)
    }
    this.#responder = new Responder(this, parts)
    listeners.add(socket, this.#responder)
  }

  /** The requests whose answers are pages. */
  get pages(): PageTurns {
    return this.#guard.turns
  }

  countWaiting(bytes: number): void {
    this.#guard.countWaiting(bytes)
  }

  /** The guard closes the connection: requests that have not begun are not handled. */
  dropWaiting(): void {
    this.#responder.dropWaiting()
  }

  /** How long it has been open, in milliseconds. */
  get ageMs(): number {
    return performance.now() - this.#since
  }

  /** The rooms of the connection; undefined without a user. */
  get memberships(): Memberships | undefined {
    return this.#memberships
  }

  /** Answers no more requests. */
  stop(): void {
    this.#guard.remove(this)
    this.#parts.listeners.remove(this.#socket)
    this.#credentials.stop()
  }

  /**
   * Tells the client why, and ends its connection. Its memberships end at once; a user who may come back stays a member
   * for a while, as after a lost connection.
   */
  bye(bye: Bye): void {
    if (this.#hasEnded) return
    this.#end(mayReturn(bye))
    endWithBye(this.#socket, bye)
  }

  /** The connection has ended, for Socket.IO's `reason`. */
  end(reason: string): void {
    this.#end(LOST.has(reason))
  }

  handle(event: string, raw: unknown, page: PageTurn): Promise<object> {
    this.#credentials.assertValid()
    if (event === wire.auth) return this.#credentials.replace(raw)
    if (this.#requests === undefined) throw refuse('FORBIDDEN', 'rooms are for users who have signed in')
    return this.#requests.handle(event, raw, page)
  }

  onExpired(): void {
    this.bye({ code: 'UNAUTHORIZED', message: EXPIRED })
  }

  /** Too many requests were refused. */
  onExcess(after: number): void {
    this.bye({ code: 'RATE', after, message: 'too much at once' })
  }

  onReplaced(isUserChanged: boolean): void {
    void this.#updateRooms(isUserChanged)
  }

  /** The answer to `$auth` does not wait for this. */
  async #updateRooms(isUserChanged: boolean): Promise<void> {
    const { drain, settings } = this.#parts
    try {
      if (isUserChanged) this.#memberships?.updateUser()
      await drain.run(async () => await this.#memberships?.reauthorize())
    } catch (error) {
      if (!(error instanceof RefusalError)) settings.report(error, { during: 'join' }) // a refusal: the server is closing
    }
  }

  #end(mayBeBack: boolean): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.stop()
    this.#memberships?.end(mayBeBack)
    this.rates.end()
  }
}

/** What a connection shares its rates with: all of its address, or all of its user where the address is unknown. */
function rateKeyOf({ handshake }: SocketIoSocket, user: string | null, { readAddress }: Settings): string | undefined {
  const { network } = readAddress(handshake.address, handshake.headers)
  if (network !== undefined) return `address ${network}`
  return user === null ? undefined : `user ${user}`
}

/** Reasons after which the user may come back. All others are a decision, or a client that was silent for too long. */
const LOST: ReadonlySet<string> = new Set(['transport close', 'transport error'])

const CAPABILITIES = ['members', 'history', 'volatile', 'presence', 'typing', 'joins']

function helloFor(identity: Identity | null, settings: Settings): Hello {
  const { limits, authenticate, log } = settings
  const user = identity === null || identity.guest ? null : identity.wire
  const capabilities = [
    ...CAPABILITIES,
    ...(authenticate === undefined ? [] : ['auth']),
    ...(hasInbox(identity, settings) ? ['inbox'] : []),
  ]
  const { expiresAt } = identity ?? {}
  const end = expiresAt === undefined ? {} : { expiresAt }
  const durability = log.durability && { durability: log.durability }
  return { v: PROTOCOL_VERSION, capabilities, limits, user, now: Date.now(), ...end, ...durability }
}
