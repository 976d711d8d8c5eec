import { connectError, identify, type Identity, userIdOf } from './authenticate.ts'
import { endWithBye } from './bye.ts'
import { RefusalError, toWire } from '../refuse.ts'
import { Session, type SessionParts } from './session.ts'
import { unsentBytesOf } from '../metrics/unsent-bytes.ts'
import type { SocketIoServer, SocketIoSocket } from '../socket-io.ts'

type Next = (error?: Error) => void

/** Authenticates connections, opens a session for each, and ends it with the connection. */
export class Sessions {
  readonly #io: SocketIoServer
  readonly #parts: SessionParts
  readonly #identities = new WeakMap<object, Identity | null>()
  readonly #open = new Map<SocketIoSocket, { readonly session: Session; readonly end: (reason: string) => void }>()

  constructor(io: SocketIoServer, parts: SessionParts) {
    this.#io = io
    this.#parts = parts
    io.use((socket: SocketIoSocket, next: Next) => void this.#admit(socket, next))
    io.on('connection', this.#connected)
  }

  /** The user of a socket; undefined for a client without a user. */
  userOf(socket: object): unknown {
    return this.#identities.get(socket)?.user
  }

  /** The open connections, and the bytes that wait to be sent to them. */
  measure(): { readonly connections: number; readonly unsentBytes: number } {
    let unsentBytes = 0
    for (const socket of this.#open.keys()) unsentBytes += unsentBytesOf(socket)
    return { connections: this.#open.size, unsentBytes }
  }

  /** Every open session. */
  all(): Session[] {
    return Array.from(this.#open.values(), ({ session }) => session)
  }

  /** Stops listening. The sockets stay open, for the Socket.IO server to close. */
  stop(): void {
    this.#io.off('connection', this.#connected)
    for (const [socket, { session, end }] of this.#open) {
      session.stop()
      socket.off('disconnecting', end)
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
    const { settings, callbacks, drain } = this.#parts
    try {
      drain.assertOpen()
      const identity = await identify(socket, settings, callbacks)
      drain.assertOpen()
      return identity
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      settings.metrics.refused(error.code)
      settings.inspect?.({ type: 'refuse', user: null, request: 'connect', code: error.code })
      return error
    }
  }

  #begin(socket: SocketIoSocket, identity: Identity | null): void {
    if (!socket.connected) return
    const session = new Session(socket, identity, this.#parts)
    const { inspect } = this.#parts.settings
    const user = userIdOf(identity)
    const since = performance.now()
    inspect?.({ type: 'connect', user })
    const end = (reason: string): void => {
      this.#open.delete(socket)
      session.end(reason)
      inspect?.({ type: 'disconnect', user, reason, durationMs: performance.now() - since })
    }
    this.#open.set(socket, { session, end })
    // Before Socket.IO saves the socket's rooms for recovery: a recovered socket must join again, with permission.
    socket.on('disconnecting', end)
  }
}
