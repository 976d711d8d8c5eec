import type { WireMember, WireUser } from '@roomful/contract/protocol'
import { isSame, type MembersChange, PRESENCE_INTERVAL_MS, PublishedMembers } from './published-members.ts'

/** One connection of a user. */
interface Connection {
  socket: unknown
  /** undefined where the connection has set no presence. */
  presence: unknown
  /** The connection was lost: the user's next connection takes its place. */
  isLost: boolean
  /** The lost socket that set this presence, until the socket in its place sets one of its own. */
  inheritedFrom: unknown
}

interface PresentUser {
  readonly user: WireUser
  /** The connection with the newest presence comes last. */
  readonly connections: Connection[]
}

/** Merges the presences of one user's connections, oldest first, into the one that others see. Must not throw. */
export type Merge = (presences: readonly unknown[]) => unknown

/** A change of one user in a partial room, for the sockets of that user alone. */
export interface OwnChange {
  readonly sockets: readonly unknown[]
  readonly change: MembersChange
}

/** What a member gets with its join: the list as it was published last, at `v`; its own member in a partial room. */
export interface Snapshot {
  readonly v: number
  readonly count: number
  readonly list: readonly WireMember[]
  readonly partial?: true
}

/**
 * The members of a room. A user with two sockets is one member, with the newest presence that one of them has set, or
 * with what `merge` makes of all. Sockets are compared by identity, since a socket that Socket.IO recovers has the id of
 * the lost one. `takeChange` gives the changes to publish. Times are a clock's milliseconds.
 */
export class Members {
  readonly #users = new Map<string, PresentUser>()
  readonly #changed = new Set<string>()
  /** A user has entered or left. */
  #isUrgent = false
  readonly #published: PublishedMembers
  #ownPublishedAt = -Infinity
  readonly #merge: Merge

  /** `limit`: how many members are listed; a room with more is partial. */
  constructor(firstVersion: number, limit: number, merge: Merge = newest) {
    this.#published = new PublishedMembers(firstVersion, limit)
    this.#merge = merge
  }

  /** The users who are here, also those whose connection was lost a moment ago. */
  get count(): number {
    return this.#users.size
  }

  /** The members are only counted. */
  get isPartial(): boolean {
    return this.#published.isPartial
  }

  /**
   * When to call `takeChange` and `takeOwnChanges`: at once after a user of a whole room enters or leaves, and never (Infinity)
   * without a change.
   */
  get nextChangeAt(): number {
    const isOwnDue = this.isPartial && this.#changed.size > 0
    return Math.min(this.#nextChangeAt, isOwnDue ? this.#ownPublishedAt + PRESENCE_INTERVAL_MS : Infinity)
  }

  /** Of a change for all members. */
  get #nextChangeAt(): number {
    return this.#published.nextChangeAt(this.count, this.#isUrgent, this.#changed.size > 0)
  }

  /**
   * Also for a socket that is a member already; its user may have changed. `presence`: null removes, undefined keeps.
   * Returns whether the user was no member before.
   */
  enter(socket: unknown, user: WireUser, presence?: unknown): boolean {
    const known = this.#users.get(user.id)
    const connections = known?.connections ?? []
    if (!connections.some((one) => one.socket === socket)) addConnection(connections, socket, presence ?? undefined)
    if (known === undefined || !isSame(known.user, user)) {
      this.#users.set(user.id, { user, connections })
      // In a partial room a new member gets its own state with the snapshot.
      if (known !== undefined || !this.#published.isPartialWith(this.count)) this.#changed.add(user.id)
      this.#isUrgent = true
    }
    if (presence !== undefined) this.set(socket, user.id, presence)
    return known === undefined
  }

  /** Sets the presence of a socket; null removes it. Setting the same presence again does not make it newer. */
  set(socket: unknown, userId: string, presence: unknown): void {
    const connections = this.#users.get(userId)?.connections
    const connection = connections?.find((one) => one.socket === socket)
    if (connections === undefined || connection === undefined) return
    connection.inheritedFrom = undefined
    const next = presence ?? undefined
    if (isSame(connection.presence, next)) return
    connection.presence = next
    connections.push(...connections.splice(connections.indexOf(connection), 1))
    this.#changed.add(userId)
  }

  /** The socket stays a member until it leaves, or until another socket of its user takes its place. */
  markLost(socket: unknown, userId: string): void {
    const connection = this.#users.get(userId)?.connections.find((one) => one.socket === socket)
    if (connection !== undefined) connection.isLost = true
  }

  /**
   * Also for a lost socket whose place was taken: removes the presence that the new socket inherited from it. Returns the
   * user where this was its last connection.
   */
  leave(socket: unknown, userId: string): WireUser | undefined {
    const heir = this.#users.get(userId)?.connections.find(({ inheritedFrom }) => inheritedFrom === socket)
    if (heir !== undefined) this.set(heir.socket, userId, null)
    return this.#remove(userId, (connection) => connection.socket === socket)
  }

  /** Removes the lost connections of a user before their time. Returns the user where there is no other connection. */
  removeLost(userId: string): WireUser | undefined {
    return this.#remove(userId, ({ isLost }) => isLost)
  }

  /** What the members get now, and publishes it; undefined before the time of the next change, or without one. */
  takeChange(now: number): MembersChange | undefined {
    if (now < this.#nextChangeAt) return undefined
    const change = this.#published.take(now, this.count, this.#changed, (id) => this.#member(id), this.#users.keys())
    if (!this.isPartial) this.#changed.clear()
    this.#isUrgent = false
    return change
  }

  /**
   * In a partial room, the users who changed get their own new state, at most once in 50 ms. No other user does. To be called
   * after `takeChange`.
   */
  takeOwnChanges(now: number): readonly OwnChange[] {
    if (!this.isPartial || this.#changed.size === 0 || now < this.#ownPublishedAt + PRESENCE_INTERVAL_MS) return []
    this.#ownPublishedAt = now
    const { v, count } = this.#published
    const changes = [...this.#changed].flatMap((id) => {
      const member = this.#member(id)
      const connections = this.#users.get(id)?.connections ?? []
      const sockets = connections.filter(({ isLost }) => !isLost).map(({ socket }) => socket)
      return member ? [{ sockets, change: { v, count, set: [member] } }] : []
    })
    this.#changed.clear()
    return changes
  }

  /** For a member who joins. */
  snapshot(userId: string): Snapshot {
    const { v, count, list } = this.#published
    if (!this.isPartial) return { v, count, list }
    const self = this.#member(userId)
    return { v, count, list: self ? [self] : [], partial: true }
  }

  /** All members as they are now, in the order in which they came. */
  all(): readonly WireMember[] {
    return [...this.#users.keys()].flatMap((id) => this.#member(id) ?? [])
  }

  #remove(userId: string, isGone: (connection: Connection) => boolean): WireUser | undefined {
    const present = this.#users.get(userId)
    if (present === undefined || !present.connections.some(isGone)) return undefined
    const connections = present.connections.filter((connection) => !isGone(connection))
    if (connections.length > 0 || !this.isPartial) this.#changed.add(userId)
    if (connections.length > 0) {
      this.#users.set(userId, { ...present, connections })
      return undefined
    }
    this.#users.delete(userId)
    this.#isUrgent = true
    return present.user
  }

  #member(id: string): WireMember | undefined {
    const present = this.#users.get(id)
    if (present === undefined) return undefined
    const presences = present.connections.map(({ presence }) => presence).filter((presence) => presence !== undefined)
    const presence = presences.length > 1 ? this.#merge(presences) : presences[0]
    return presence === undefined ? { user: present.user } : { user: present.user, presence }
  }
}

/**
 * S16: the socket takes the place of a lost connection with the same presence; else of any lost one, whose presence it
 * inherits. Without a lost connection it gets a place of its own.
 */
function addConnection(connections: Connection[], socket: unknown, presence: unknown): void {
  const lost = connections.filter(({ isLost }) => isLost)
  const taken = lost.find((one) => isSame(one.presence, presence)) ?? lost[0]
  if (taken === undefined) connections.push({ socket, presence: undefined, isLost: false, inheritedFrom: undefined })
  else Object.assign(taken, { socket, isLost: false, inheritedFrom: taken.inheritedFrom ?? taken.socket })
}

function newest(presences: readonly unknown[]): unknown {
  return presences.at(-1)
}
