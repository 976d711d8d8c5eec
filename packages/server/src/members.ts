import type { WireMember, WireUser } from '@roomful/contract'

/** A change of the list of members: S15's delta, without the room's name. */
export interface MembersChange {
  readonly v: number
  readonly set?: readonly WireMember[]
  readonly gone?: readonly string[]
}

/** S16: changes of state alone are told no more often than this, in milliseconds. */
const TELL_EVERY_MS = 50

interface Present {
  readonly user: WireUser
  /** The state that each has set, the newest last; undefined where it has none. */
  readonly states: Map<unknown, unknown>
}

/**
 * Who is in a room: a user with two sockets is one member, with the newest state that one of them has set. Sockets are told
 * apart by identity, since one that Socket.IO recovers has the id of the one that was lost. What changes is told by `due`:
 * `v` goes up by one each time, from a base of the caller's. Times are a clock's milliseconds.
 */
export class Members {
  readonly #here = new Map<string, Present>()
  /** What everyone was told, up to `v`. */
  readonly #told = new Map<string, WireMember>()
  readonly #changed = new Set<string>()
  #isUrgent = false
  #toldAt = -Infinity
  #v: number

  constructor(base: number) {
    this.#v = base
  }

  /** When to ask `due` for what has changed: at once where somebody enters or goes; never where nothing has. */
  get dueAt(): number {
    if (this.#isUrgent) return -Infinity
    return this.#changed.size === 0 ? Infinity : this.#toldAt + TELL_EVERY_MS
  }

  /** Also for one who is here, perhaps with other details. */
  enter(socket: unknown, user: WireUser): void {
    const known = this.#here.get(user.id)
    const states = known?.states ?? new Map<unknown, unknown>()
    if (!states.has(socket)) states.set(socket, undefined)
    if (known !== undefined && isSame(known.user, user)) return
    this.#here.set(user.id, { user, states })
    this.#changed.add(user.id)
    this.#isUrgent = true
  }

  /** null takes the state back. */
  set(socket: unknown, userId: string, presence: unknown): void {
    const states = this.#here.get(userId)?.states
    if (!states?.delete(socket)) return
    states.set(socket, presence ?? undefined)
    this.#changed.add(userId)
  }

  leave(socket: unknown, userId: string): void {
    const states = this.#here.get(userId)?.states
    if (!states?.delete(socket)) return
    this.#changed.add(userId)
    if (states.size > 0) return
    this.#here.delete(userId)
    this.#isUrgent = true
  }

  /** What differs from what was told, where it is time to tell it. */
  due(now: number): MembersChange | undefined {
    if (now < this.dueAt) return undefined
    const set: WireMember[] = []
    const gone: string[] = []
    for (const id of this.#changed) {
      const member = this.#member(id)
      if (isSame(member, this.#told.get(id))) continue
      if (member === undefined) gone.push(id)
      else set.push(member)
    }
    this.#changed.clear()
    this.#isUrgent = false
    if (set.length + gone.length === 0) return undefined
    for (const member of set) this.#told.set(member.user.id, member)
    for (const id of gone) this.#told.delete(id)
    this.#toldAt = now
    return { v: ++this.#v, ...(set.length > 0 ? { set } : {}), ...(gone.length > 0 ? { gone } : {}) }
  }

  /** What was told so far: what is not yet told comes as a change. */
  snapshot(): { readonly v: number; readonly list: readonly WireMember[] } {
    return { v: this.#v, list: [...this.#told.values()] }
  }

  #member(id: string): WireMember | undefined {
    const here = this.#here.get(id)
    if (here === undefined) return undefined
    const presence = [...here.states.values()].findLast((state) => state !== undefined)
    return presence === undefined ? { user: here.user } : { user: here.user, presence }
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
