import type { WireMember, WireUser } from '@roomful/contract/protocol'

/** A change of the list of members: S15's delta, without the room's name. */
export interface MembersChange {
  readonly v: number
  readonly set?: readonly WireMember[]
  readonly gone?: readonly string[]
}

/** S16: changes of state alone are told no more often than this, in milliseconds. */
const TELL_EVERY_MS = 50

/** A connection's place among those of its user. */
interface Place {
  socket: unknown
  /** undefined where it has none. */
  state: unknown
  /** Whoever enters next takes the place over. */
  isLost: boolean
  /** Who had the place and set the state, where whoever took it over has said nothing yet. */
  lender: unknown
}

interface Present {
  readonly user: WireUser
  /** Whose state is the newest comes last. */
  readonly places: Place[]
}

/** What a user shows who has set several states; the oldest comes first. Never throws. */
export type Merge = (states: readonly unknown[]) => unknown

/**
 * Who is in a room: a user with two sockets is one member, with the newest state that one of them has set, or what `merge`
 * makes of all. Sockets are told apart by identity, since one that Socket.IO recovers has the id of the one that was lost.
 * What changes is told by `due`: `v` goes up by one each time, from a base of the caller's. Times are a clock's milliseconds.
 */
export class Members {
  readonly #here = new Map<string, Present>()
  /** What everyone was told, up to `v`. */
  readonly #told = new Map<string, WireMember>()
  readonly #changed = new Set<string>()
  #isUrgent = false
  #toldAt = -Infinity
  readonly #merge: Merge
  #v: number

  constructor(base: number, merge: Merge = newest) {
    this.#v = base
    this.#merge = merge
  }

  /** When to ask `due` for what has changed: at once where somebody enters or goes; never where nothing has. */
  get dueAt(): number {
    if (this.#isUrgent) return -Infinity
    return this.#changed.size === 0 ? Infinity : this.#toldAt + TELL_EVERY_MS
  }

  /** Also for one who is here, perhaps with other details. null takes the state back, undefined leaves it as it is. */
  enter(socket: unknown, user: WireUser, presence?: unknown): void {
    const known = this.#here.get(user.id)
    const places = known?.places ?? []
    if (!places.some((place) => place.socket === socket)) takePlace(places, socket, presence ?? undefined)
    if (known === undefined || !isSame(known.user, user)) {
      this.#here.set(user.id, { user, places })
      this.#changed.add(user.id)
      this.#isUrgent = true
    }
    if (presence !== undefined) this.set(socket, user.id, presence)
  }

  /** null takes the state back. One that is set again is none the newer. */
  set(socket: unknown, userId: string, presence: unknown): void {
    const places = this.#here.get(userId)?.places
    const place = places?.find((one) => one.socket === socket)
    if (places === undefined || place === undefined) return
    place.lender = undefined
    const state = presence ?? undefined
    if (isSame(place.state, state)) return
    place.state = state
    places.push(...places.splice(places.indexOf(place), 1))
    this.#changed.add(userId)
  }

  /** The socket's line broke: it is here until it leaves, or another one of its user takes its place. */
  lost(socket: unknown, userId: string): void {
    const place = this.#here.get(userId)?.places.find((one) => one.socket === socket)
    if (place !== undefined) place.isLost = true
  }

  /** Also for one whose place was taken over: what it had set goes with it, unless that was set again. */
  leave(socket: unknown, userId: string): void {
    const lent = this.#here.get(userId)?.places.find(({ lender }) => lender === socket)
    if (lent !== undefined) this.set(lent.socket, userId, null)
    this.#remove(userId, (place) => place.socket === socket)
  }

  /** Nobody of the user's lost ones will be back. */
  forgetLost(userId: string): void {
    this.#remove(userId, ({ isLost }) => isLost)
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

  #remove(userId: string, isGone: (place: Place) => boolean): void {
    const here = this.#here.get(userId)
    if (here === undefined || !here.places.some(isGone)) return
    const places = here.places.filter((place) => !isGone(place))
    this.#changed.add(userId)
    if (places.length > 0) return void this.#here.set(userId, { ...here, places })
    this.#here.delete(userId)
    this.#isUrgent = true
  }

  #member(id: string): WireMember | undefined {
    const here = this.#here.get(id)
    if (here === undefined) return undefined
    const states = here.places.map(({ state }) => state).filter((state) => state !== undefined)
    const presence = states.length > 1 ? this.#merge(states) : states[0]
    return presence === undefined ? { user: here.user } : { user: here.user, presence }
  }
}

/** S16: that of a lost one with the same state, else of any lost one, whose state then is lent; else a new one. */
function takePlace(places: Place[], socket: unknown, state: unknown): void {
  const lost = places.filter(({ isLost }) => isLost)
  const place = lost.find((one) => isSame(one.state, state)) ?? lost[0]
  if (place === undefined) places.push({ socket, state: undefined, isLost: false, lender: undefined })
  else Object.assign(place, { socket, isLost: false, lender: place.lender ?? place.socket })
}

function newest(states: readonly unknown[]): unknown {
  return states.at(-1)
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
