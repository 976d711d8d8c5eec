import { describe, wire } from '@roomful/contract/protocol'
import { refuse } from '../refuse.ts'
import type { SocketIoSocket } from '../socket-io.ts'
import type { Responder } from './responder.ts'

type Listener = (this: object, ...args: unknown[]) => void

const ROOM_REQUESTS = [
  wire.join,
  wire.leave,
  wire.publish,
  wire.history,
  wire.volatile,
  wire.presence,
  wire.typing,
] as const

/**
 * The listeners of all sockets: one for each kind of request, which finds the responder of its socket. A function for each
 * socket and request would take more memory than all else of a connection.
 */
export class RequestListeners {
  readonly #responders = new Map<object, Responder>()
  readonly #listeners: readonly (readonly [event: string, listener: Listener])[]
  readonly #refuseUnknown: Listener

  constructor(hasAuth: boolean) {
    const responders = this.#responders
    const names: readonly string[] = [...ROOM_REQUESTS, ...(hasAuth ? [wire.auth] : [])]
    this.#listeners = names.map((event) => [
      event,
      function (...args) {
        responders.get(this)?.respond(event, args)
      },
    ])
    this.#refuseUnknown = function (event, ...args) {
      // Names that begin with `$` belong to the protocol: an unknown request is refused, so that its sender does not wait.
      if (typeof event !== 'string' || event[0] !== '$' || (this as SocketIoSocket).listenerCount(event) > 0) return
      const sentence = `unknown request ${describe(event)}: expected one of ${names.join(', ')}`
      responders.get(this)?.respond('unknown', args, refuse('SHAPE', sentence))
    }
  }

  add(socket: SocketIoSocket, responder: Responder): void {
    this.#responders.set(socket, responder)
    socket.onAny(this.#refuseUnknown)
    for (const [event, listener] of this.#listeners) socket.on(event, listener)
  }

  remove(socket: SocketIoSocket): void {
    if (!this.#responders.delete(socket)) return
    socket.offAny(this.#refuseUnknown)
    for (const [event, listener] of this.#listeners) socket.off(event, listener)
  }
}
