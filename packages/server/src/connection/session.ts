import { type Bye, type Hello, PROTOCOL_VERSION, wire } from '@roomful/contract/protocol'
import { EXPIRED, type Identity, userIdOf } from './authenticate.ts'
import { endWithBye, mayReturn } from './bye.ts'
import { Credentials } from './credentials.ts'
import type { Drain } from '../drain.ts'
import { type MembershipParts, Memberships } from '../rooms/memberships.ts'
import { hasInbox } from '../rooms/inbox.ts'
import { RefusalError, refuse } from '../refuse.ts'
import { type RequestHandler, Responder } from './responder.ts'
import { type RequestParts, RoomRequests } from './room-requests.ts'
import type { ConnectionGuard } from '../guard/connection-guard.ts'
import type { RequestTurns } from '../guard/request-turns.ts'
import type { RateLimiter, RequestLimiter } from '../rates/rate-limiter.ts'
import type { Settings } from '../settings.ts'
import type { SocketIoSocket } from '../socket-io.ts'

export interface SessionParts extends RequestParts, MembershipParts {
  readonly drain: Drain
  readonly limiter: RateLimiter
  readonly turns: RequestTurns
}

/** One connection. Sends `$hello` at once, so that it travels with the connect packet, and answers requests until it ends. */
export class Session {
  readonly #socket: SocketIoSocket
  readonly #guard: ConnectionGuard
  readonly #responder: Responder
  readonly #credentials: Credentials
  readonly #parts: SessionParts
  readonly #rates: RequestLimiter
  #memberships: Memberships | undefined
  #hasEnded = false

  /** `identity` is null for a client without a user: every room request is refused. */
  constructor(socket: SocketIoSocket, identity: Identity | null, guard: ConnectionGuard, parts: SessionParts) {
    const { settings, drain, limiter, turns } = parts
    const user = userIdOf(identity)
    const tooMuch = (after: number): void => this.bye({ code: 'RATE', after, message: 'too much at once' })
    const rates = limiter.connection(rateKeyOf(socket, user, settings), tooMuch)
    this.#rates = rates
    this.#socket = socket
    this.#parts = parts
    this.#guard = guard
    guard.add(this)
    socket.emit(wire.hello, helloFor(identity, settings))
    // A well-behaved client has at most a join, a batch and a page under way in each of its rooms.
    const maxPending = settings.limits.rooms * 4
    this.#responder = new Responder(socket, { drain, settings, rates, pages: guard.turns, turns, user, maxPending })
    let handlers = FORBIDDEN
    if (identity !== null) {
      this.#memberships = new Memberships(socket, identity, parts)
      handlers = new RoomRequests(socket, identity, this.#memberships, rates, parts).handlers
    }
    this.#credentials = new Credentials(socket, identity, {
      settings,
      callbacks: parts.callbacks,
      onExpired: () => this.bye({ code: 'UNAUTHORIZED', message: EXPIRED }),
      onReplaced: (isUserChanged) => void this.#onReplaced(isUserChanged),
    })
    if (settings.authenticate !== undefined)
      handlers = { ...handlers, [wire.auth]: (raw) => this.#credentials.replace(raw) }
    for (const [request, handler] of Object.entries(handlers)) this.#responder.on(request, this.#whileValid(handler))
  }

  /** The rooms of the connection; undefined without a user. */
  get memberships(): Memberships | undefined {
    return this.#memberships
  }

  /** Answers no more requests. */
  stop(): void {
    this.#guard.remove(this)
    this.#responder.stop()
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

  #whileValid(handler: RequestHandler): RequestHandler {
    return (raw, page) => {
      this.#credentials.assertValid()
      return handler(raw, page)
    }
  }

  /** The answer to `$auth` does not wait for this. */
  async #onReplaced(isUserChanged: boolean): Promise<void> {
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
    this.#rates.end()
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

const forbid: RequestHandler = () => Promise.reject(refuse('FORBIDDEN', 'rooms are for users who have signed in'))
const FORBIDDEN: Readonly<Record<string, RequestHandler>> = {
  [wire.join]: forbid,
  [wire.leave]: forbid,
  [wire.publish]: forbid,
  [wire.history]: forbid,
  [wire.volatile]: forbid,
  [wire.presence]: forbid,
  [wire.typing]: forbid,
}

const CAPABILITIES = ['members', 'history', 'volatile', 'presence', 'typing', 'joins']

function helloFor(identity: Identity | null, settings: Settings): Hello {
  const { limits, authenticate } = settings
  const user = identity === null || identity.guest ? null : identity.wire
  const capabilities = [
    ...CAPABILITIES,
    ...(authenticate === undefined ? [] : ['auth']),
    ...(hasInbox(identity, settings) ? ['inbox'] : []),
  ]
  const { expiresAt } = identity ?? {}
  const end = expiresAt === undefined ? {} : { expiresAt }
  return { v: PROTOCOL_VERSION, capabilities, limits, user, now: Date.now(), ...end }
}
