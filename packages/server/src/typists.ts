import type { WireUser } from '@roomful/contract'

/** S17: what is said again within this time is nothing new, in milliseconds. */
const REPEAT_MS = 1_000
/** S17: one who has not said it again for so long is no longer typing, and nobody needs to be told. */
const TYPING_MS = 6_000

interface Typist {
  readonly user: WireUser
  readonly at: number
}

/** Who is typing in a room, socket by socket; each call answers whether the others are to hear of it. */
export class Typists {
  readonly #typists = new Map<unknown, Typist>()

  start(socket: unknown, user: WireUser, now: number): boolean {
    const last = this.#typists.get(socket)
    if (last !== undefined && now - last.at < REPEAT_MS) return false
    this.#typists.set(socket, { user, at: now })
    return true
  }

  /** Not where the socket was not typing, or the user types on in another tab. */
  stop(socket: unknown, now: number): boolean {
    const last = this.#typists.get(socket)
    this.#typists.delete(socket)
    const isTyping = (typist: Typist): boolean => now - typist.at < TYPING_MS
    if (last === undefined || !isTyping(last)) return false
    return ![...this.#typists.values()].some((other) => other.user.id === last.user.id && isTyping(other))
  }
}
