import type { WireUser } from '@roomful/contract/protocol'
import type { SocketIoSocket } from '../../socket-io.ts'
import { TypingState } from './typing-state.ts'

interface RoomTypingParts {
  readonly isPartial: () => boolean
  /** Sends to the members of this process, except to the socket. */
  readonly send: (user: WireUser, typing: boolean, except?: SocketIoSocket) => void
  /** Sends to the nodes with other members. */
  readonly sendToNodes: (user: WireUser, typing: boolean) => void
}

/** Who is typing in a room, on all nodes (S17). Each node limits what it sends, and what it takes over. */
export class RoomTyping {
  readonly #parts: RoomTypingParts
  readonly #state = new TypingState()

  constructor(parts: RoomTypingParts) {
    this.#parts = parts
  }

  /** A socket of this process says that its user types, or does not any more. */
  set(socket: SocketIoSocket, user: WireUser, typing: boolean): void {
    if (!typing) return this.#stop(socket, user, (now) => this.#state.stop(socket, now))
    if (!this.#state.start(socket, user, performance.now(), this.#parts.isPartial())) return
    this.#parts.send(user, true, socket)
    this.#parts.sendToNodes(user, true)
  }

  /** The same as the end of typing; also forgets the socket. */
  leave(socket: SocketIoSocket, user: WireUser): void {
    this.#stop(socket, user, (now) => this.#state.leave(socket, now))
  }

  /** Another node says so of its sockets. */
  receive(node: string, user: WireUser, typing: boolean): void {
    const key = `${node} ${user.id}`
    const now = performance.now()
    if (typing) this.#state.forgetOldNodes(now)
    const isNews = typing ? this.#state.start(key, user, now, this.#parts.isPartial()) : this.#state.leave(key, now)
    if (isNews) this.#parts.send(user, typing)
  }

  /** Other nodes know of this process only whether one of its sockets types. */
  #stop(socket: SocketIoSocket, user: WireUser, stop: (now: number) => boolean): void {
    const now = performance.now()
    const wasTyping = this.#state.isTyping(socket, now)
    if (stop(now)) this.#parts.send(user, false, socket)
    if (wasTyping && !this.#state.isTypingHere(user.id, now)) this.#parts.sendToNodes(user, false)
  }
}
