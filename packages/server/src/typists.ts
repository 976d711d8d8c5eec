import type { WireUser } from '@roomful/contract/protocol'

/** S17: what is said again within this time is nothing new, in milliseconds. */
const REPEAT_MS = 1_000
/** S17: who stops and starts again may do so this often within that time: enough for short messages sent in a row. */
const MAX_STARTS = 4
/** S17: one who has not said it again for so long is no longer typing, and nobody needs to be told. */
const TYPING_MS = 6_000

interface Typist {
  readonly user: WireUser
  /** When the others last heard that it types. */
  readonly at: number
  readonly isTyping: boolean
  /** How often they did within REPEAT_MS, counted from then on. */
  readonly since: number
  readonly starts: number
}

/** Who is typing in a room, socket by socket; each call answers whether the others are to hear of it. */
export class Typists {
  readonly #typists = new Map<unknown, Typist>()

  start(socket: unknown, user: WireUser, now: number): boolean {
    const last = this.#typists.get(socket)
    if (last?.isTyping && now - last.at < REPEAT_MS) return false
    const { since, starts } = last !== undefined && now - last.since < REPEAT_MS ? last : { since: now, starts: 0 }
    if (starts >= MAX_STARTS) return false
    this.#typists.set(socket, { user, at: now, isTyping: true, since, starts: starts + 1 })
    return true
  }

  /** Not where the socket was not typing, or the user types on in another tab. */
  stop(socket: unknown, now: number): boolean {
    const last = this.#typists.get(socket)
    if (last === undefined || !isTyping(last, now)) return false
    // Kept, so that the starts of one who stops and starts in turn are counted.
    this.#typists.set(socket, { ...last, isTyping: false })
    return ![...this.#typists.values()].some((other) => other.user.id === last.user.id && isTyping(other, now))
  }

  /** The same, for one that is gone: nothing of it is kept. */
  leave(socket: unknown, now: number): boolean {
    const isNews = this.stop(socket, now)
    this.#typists.delete(socket)
    return isNews
  }
}

function isTyping(typist: Typist, now: number): boolean {
  return typist.isTyping && now - typist.at < TYPING_MS
}
