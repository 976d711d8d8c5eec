import type { Bye } from '@roomful/contract/protocol'
import { connectError, identify, type Identity } from './authenticate.ts'
import { endWithBye } from './bye.ts'
import { type Channel, ChannelWatch, channelsOf, takeOut } from '../rooms/channels.ts'
import type { AdapterCheck } from '../nodes/adapter-check.ts'
import type { Guard } from '../guard/guard.ts'
import { assertRate } from '../rates/rate-check.ts'
import { RefusalError, refuse, toWire } from '../refuse.ts'
import { SentAway } from './sent-away.ts'
import { Session, type SessionParts } from './session.ts'
import type { SocketIoServer, SocketIoSocket } from '../socket-io.ts'

interface SessionsParts extends SessionParts {
  readonly adapterCheck: AdapterCheck
  readonly guard: Guard
}

type Next = (error?: Error) => void

/** Authenticates connections, opens a session for each, and ends it with the connection. */
export class Sessions {
  readonly #io: SocketIoServer
  readonly #parts: SessionsParts
  readonly #identities = new WeakMap<object, Identity | null>()
  #admissions = 0
  readonly #sentAway: SentAway
  readonly #open = new Map<SocketIoSocket, Session>()
  readonly #end: (this: SocketIoSocket, reason: string) => void
  readonly #channels: ChannelWatch

  constructor(io: SocketIoServer, parts: SessionsParts) {
    this.#io = io
    this.#parts = parts
    this.#sentAway = new SentAway(parts.settings.handlerTimeoutMs)
    this.#channels = new ChannelWatch({
      onJoined: (socket, channel) => this.#movedInto(socket, channel),
      onLeft: (socket, channel) => this.#open.get(socket)?.memberships?.onChannelLeft(channel),
    })
    // One function for all sockets, which Socket.IO calls with the socket as `this`.
    const ended = (socket: SocketIoSocket, reason: string): void => this.#ended(socket, reason)
    this.#end = function (reason) {
      ended(this, reason)
    }
    io.use((socket: SocketIoSocket, next: Next) => void this.#admit(socket, next))
    io.on('connection', this.#connected)
  }

  /** The user of a socket; undefined for a client without a user. */
  userOf(socket: object): unknown {
    return this.#identities.get(socket)?.user
  }

  /** Ends every connection with `$bye`. Resolves when the last one has closed. */
  async endAll(bye: Bye): Promise<void> {
    const ends = Array.from(this.#open, async ([{ conn }, session]) => {
      const closed = new Promise((resolve) => conn.once('close', resolve))
      session.bye(bye)
      await closed
    })
    await Promise.all(ends)
  }

  /** Ends the connections of a user, and refuses those whose `authenticate` is running. `agoMs`: as of that long ago, in milliseconds. */
  sendAway(userId: string, bye: Bye, agoMs = 0): void {
    this.#sentAway.add(userId, bye, agoMs)
    for (const session of this.all(userId, agoMs)) session.bye(bye)
  }

  /** The open connections, and the bytes that wait to be sent to them. */
  measure(): { readonly connections: number; readonly unsentBytes: number } {
    return { connections: this.#open.size, unsentBytes: this.#parts.guard.unsentBytes }
  }

  /** The open sessions of a user that are at least so old, in milliseconds; without an id, of all connections. */
  all(userId?: string, minAgeMs = 0): Session[] {
    return [...this.#open].flatMap(([socket, session]) => {
      const isMeant = userId === undefined || this.#identities.get(socket)?.wire.id === userId
      return isMeant && session.ageMs >= minAgeMs ? [session] : []
    })
  }

  /** Stops listening. The sockets stay open, for the Socket.IO server to close. */
  stop(): void {
    this.#channels.stop()
    this.#io.off('connection', this.#connected)
    for (const [socket, session] of this.#open) {
      session.stop()
      socket.off('disconnecting', this.#end)
    }
    this.#open.clear()
  }

  async #admit(socket: SocketIoSocket, next: Next): Promise<void> {
    const identity = await this.#identify(socket)
    if (identity instanceof RefusalError) return next(connectError(identity))
    this.#identities.set(socket, identity)
    next()
  }

  readonly #connected = (socket: SocketIoSocket): void => {
    const identity = this.#identities.get(socket)
    if (identity !== undefined) this.#begin(socket, identity)
    else void this.#admitRecovered(socket)
  }

  /** Socket.IO's connection state recovery may skip middlewares: the socket is authenticated now, and `$hello` is late. */
  async #admitRecovered(socket: SocketIoSocket): Promise<void> {
    const identity = await this.#identify(socket)
    if (identity instanceof RefusalError) return endWithBye(socket, toWire(identity))
    this.#identities.set(socket, identity)
    this.#begin(socket, identity)
  }

  async #identify(socket: SocketIoSocket): Promise<Identity | null | RefusalError> {
    const { settings, callbacks, drain, guard, adapterCheck } = this.#parts
    this.#admissions += 1
    const startedAt = performance.now()
    try {
      guard.of(socket.conn)
      adapterCheck.assertSocket(socket)
      drain.assertOpen()
      this.#assertFree()
      await this.#assertRate(socket)
      const identity = await identify(socket, socket.handshake.auth, settings, callbacks)
      drain.assertOpen()
      if (identity !== null) this.#sentAway.assertNot(identity.wire.id, startedAt)
      return identity
    } catch (error) {
      const refusal = error instanceof RefusalError ? error : this.#refusalOf(error)
      settings.metrics.refused(refusal.code)
      settings.inspect?.({ type: 'refuse', user: null, request: 'connect', code: refusal.code })
      return refusal
    } finally {
      this.#admissions -= 1
    }
  }

  #movedInto(socket: SocketIoSocket, channel: Channel): void {
    const open = this.#open.get(socket)
    if (open === undefined) return // checked when its session begins
    const { memberships } = open
    if (memberships) memberships.onChannelJoined(channel)
    else takeOut(socket, channel, this.#parts.settings.report)
  }

  async #assertRate({ handshake }: SocketIoSocket): Promise<void> {
    const { settings, limiter } = this.#parts
    const address = settings.readAddress(handshake.address, handshake.headers).network
    limiter.assertSession(address)
    await assertRate(this.#parts, { action: 'session', room: undefined, userId: undefined, address })
  }

  #refusalOf(error: unknown): RefusalError {
    this.#parts.settings.report(error, { during: 'connection' })
    return refuse('UNAVAILABLE', 'the server cannot accept connections at the moment')
  }

  #assertFree(): void {
    const { serverLimits, metrics } = this.#parts.settings
    if (this.#admissions <= serverLimits.admissions) return
    metrics.bounds.add('admissions')
    throw refuse('UNAVAILABLE', 'too many clients connect at the moment', { after: 1_000 })
  }

  #begin(socket: SocketIoSocket, identity: Identity | null): void {
    if (!socket.connected) return
    this.#channels.watch(socket)
    for (const channel of channelsOf(socket)) takeOut(socket, channel, this.#parts.settings.report)
    const session = new Session(socket, identity, this.#parts.guard.of(socket.conn), this.#parts)
    this.#parts.settings.inspect?.({ type: 'connect', user: session.user })
    this.#open.set(socket, session)
    // Before Socket.IO saves the socket's rooms for recovery: a recovered socket must join again, with permission.
    socket.on('disconnecting', this.#end)
  }

  #ended(socket: SocketIoSocket, reason: string): void {
    const session = this.#open.get(socket)
    if (session === undefined) return
    this.#open.delete(socket)
    session.end(reason)
    const { user, ageMs } = session
    this.#parts.settings.inspect?.({ type: 'disconnect', user, reason, durationMs: ageMs })
  }
}
