import type { WireUser } from '@roomful/contract/protocol'

/** S17: a repeated `true` within this time is not relayed, in milliseconds. */
const REPEAT_MS = 1_000
/** S17: how many starts of one socket are relayed within that time: enough for short messages sent in a row. */
const MAX_STARTS = 4
/** S27: how many starts are relayed within that time in a partial room, of all its sockets together. */
const MAX_STARTS_OF_ROOM = 2
/** S17: the others forget a typing user after this time without another `true`, in milliseconds. */
const TYPING_MS = 6_000

interface TypingSocket {
  readonly user: WireUser
  /** When the last start was relayed. */
  readonly at: number
  readonly isTyping: boolean
  /** Relayed starts within REPEAT_MS, counted from `since`. */
  readonly since: number
  readonly starts: number
}

/**
 * Which sockets of a room are typing. `start`, `stop` and `leave` answer whether to relay the change to the other members. A
 * user on another node counts as one socket, whose key is a string.
 */
export class TypingState {
  readonly #sockets = new Map<unknown, TypingSocket>()
  /** When the last starts of the room were relayed. */
  readonly #startedAt: number[] = []

  start(socket: unknown, user: WireUser, now: number, isPartial = false): boolean {
    const last = this.#sockets.get(socket)
    if (last?.isTyping && now - last.at < REPEAT_MS) return false
    const { since, starts } = last !== undefined && now - last.since < REPEAT_MS ? last : { since: now, starts: 0 }
    if (starts >= MAX_STARTS) return false
    if (isPartial && this.#startedAt.length === MAX_STARTS_OF_ROOM && now - (this.#startedAt[0] ?? 0) < REPEAT_MS)
      return false
    this.#startedAt.push(now)
    if (this.#startedAt.length > MAX_STARTS_OF_ROOM) this.#startedAt.shift()
    this.#sockets.set(socket, { user, at: now, isTyping: true, since, starts: starts + 1 })
    return true
  }

  /** False where the socket was not typing, or where the user still types in another tab. */
  stop(socket: unknown, now: number): boolean {
    const last = this.#sockets.get(socket)
    if (last === undefined || !isTyping(last, now)) return false
    // Kept, so that its starts stay counted.
    this.#sockets.set(socket, { ...last, isTyping: false })
    return ![...this.#sockets.values()].some((other) => other.user.id === last.user.id && isTyping(other, now))
  }

  isTyping(socket: unknown, now: number): boolean {
    const last = this.#sockets.get(socket)
    return last !== undefined && isTyping(last, now)
  }

  /** Whether a socket of this process types for the user. */
  isTypingHere(userId: string, now: number): boolean {
    return [...this.#sockets].some(
      ([key, one]) => typeof key !== 'string' && one.user.id === userId && isTyping(one, now),
    )
  }

  /** Forgets the users on other nodes who typed long ago: their end may be lost. */
  forgetOldNodes(now: number): void {
    for (const [key, one] of this.#sockets)
      if (typeof key === 'string' && !isTyping(one, now)) this.#sockets.delete(key)
  }

  /** The same as `stop`; also forgets the socket. */
  leave(socket: unknown, now: number): boolean {
    const isNews = this.stop(socket, now)
    this.#sockets.delete(socket)
    return isNews
  }
}

function isTyping({ isTyping: hasStarted, at }: TypingSocket, now: number): boolean {
  return hasStarted && now - at < TYPING_MS
}
