import type { WireMember, WireUser } from '@roomful/contract'

/** A change of the list of members: S15's delta, without the room's name. */
export interface MembersChange {
  readonly v: number
  readonly set?: readonly WireMember[]
  readonly gone?: readonly string[]
}

interface Present {
  readonly user: WireUser
  readonly sockets: Set<string>
}

/** Who is in a room: a user with two sockets is one member. `v` goes up by one with each change, from a base of the caller's. */
export class Members {
  readonly #present = new Map<string, Present>()
  #v: number

  constructor(base: number) {
    this.#v = base
  }

  /** What changed for the others: a new member, or one who came back with other details. */
  enter(socketId: string, user: WireUser): MembersChange | undefined {
    const known = this.#present.get(user.id)
    const sockets = known?.sockets ?? new Set()
    sockets.add(socketId)
    if (known !== undefined && JSON.stringify(known.user) === JSON.stringify(user)) return undefined
    this.#present.set(user.id, { user, sockets })
    return { v: ++this.#v, set: [{ user }] }
  }

  leave(socketId: string, userId: string): MembersChange | undefined {
    const known = this.#present.get(userId)
    if (known === undefined || !known.sockets.delete(socketId) || known.sockets.size > 0) return undefined
    this.#present.delete(userId)
    return { v: ++this.#v, gone: [userId] }
  }

  snapshot(): { readonly v: number; readonly list: readonly WireMember[] } {
    return { v: this.#v, list: Array.from(this.#present.values(), ({ user }) => ({ user })) }
  }
}
