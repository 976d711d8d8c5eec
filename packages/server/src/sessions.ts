import { connectError, identify, type Identity } from './authenticate.ts'
import type { RoomsHost, RoomsSocket } from './host.ts'
import { isPassing, RefusalError } from './refuse.ts'
import { Session, type SessionParts } from './session.ts'

type Next = (error?: Error) => void

/** The door: asks who is there, opens a session for each connection, and ends it with the connection. */
export class Sessions {
  readonly #host: RoomsHost
  readonly #parts: SessionParts
  readonly #identities = new WeakMap<object, Identity | null>()
  readonly #open = new Map<RoomsSocket, { readonly session: Session; readonly end: (reason: string) => void }>()

  constructor(host: RoomsHost, parts: SessionParts) {
    this.#host = host
    this.#parts = parts
    host.use((socket: RoomsSocket, next: Next) => void this.#admit(socket, next))
    host.on('connection', this.#connected)
  }

  /** Whom a socket speaks for; undefined is anybody. */
  userOf(socket: object): unknown {
    return this.#identities.get(socket)?.user
  }

  /** Stops listening; the sockets stay as they are, for the Socket.IO server to close. */
  stop(): void {
    this.#host.off('connection', this.#connected)
    for (const [socket, { session, end }] of this.#open) {
      session.stop()
      socket.off('disconnecting', end)
    }
    this.#open.clear()
  }

  async #admit(socket: RoomsSocket, next: Next): Promise<void> {
    const identity = await this.#identify(socket)
    if (identity instanceof RefusalError) return next(connectError(identity))
    this.#identities.set(socket, identity)
    next()
  }

  readonly #connected = (socket: RoomsSocket): void => {
    const identity = this.#identities.get(socket)
    if (identity !== undefined) this.#begin(socket, identity)
    else void this.#admitLate(socket)
  }

  /** Socket.IO's connection state recovery may skip middlewares: then nobody has asked yet, and the hello is late. */
  async #admitLate(socket: RoomsSocket): Promise<void> {
    const identity = await this.#identify(socket)
    if (identity instanceof RefusalError) return turnAway(socket, identity)
    this.#identities.set(socket, identity)
    this.#begin(socket, identity)
  }

  async #identify(socket: RoomsSocket): Promise<Identity | null | RefusalError> {
    const { settings, calls, drain } = this.#parts
    try {
      drain.assertOpen()
      const identity = await identify(socket, settings, calls)
      drain.assertOpen()
      return identity
    } catch (error) {
      if (error instanceof RefusalError) return error
      throw error
    }
  }

  #begin(socket: RoomsSocket, identity: Identity | null): void {
    if (!socket.connected) return
    const session = new Session(socket, identity, this.#parts)
    const end = (reason: string): void => {
      this.#open.delete(socket)
      session.end(reason)
    }
    this.#open.set(socket, { session, end })
    // Before Socket.IO saves the session's rooms for recovery: ours must be joined anew, with permission.
    socket.on('disconnecting', end)
  }
}

/** A client comes back by itself after a lost transport, and never after a disconnect. */
function turnAway(socket: RoomsSocket, { code }: RefusalError): void {
  if (isPassing(code)) socket.conn.close()
  else socket.disconnect(true)
}
