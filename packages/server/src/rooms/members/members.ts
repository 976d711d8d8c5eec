import type { WireMember, WireUser } from '@roomful/contract/protocol'
import {
  addConnection,
  type Connection,
  isLocal,
  type PresentUser,
  RemoteSocket,
  type SharedUser,
} from './connections.ts'
import type { MemberState } from './member-state.ts'
import { isSame, type MembersChange, PRESENCE_INTERVAL_MS, PublishedMembers } from './published-members.ts'
import type { Stamps } from './stamps.ts'
import { isTaken, ownStateOf, withState } from './shared-user.ts'

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
 * the lost one. `takeChange` gives the changes to publish. Times are a clock's milliseconds. With nodes, the connections that
 * other nodes have of a user count as well.
 */
export class Members {
  readonly #users = new Map<string, PresentUser>()
  readonly #changed = new Set<string>()
  /** A user has entered or left. */
  #isUrgent = false
  readonly #published: PublishedMembers
  #ownPublishedAt = -Infinity
  readonly #merge: Merge | undefined
  readonly #stamps: Stamps | undefined
  /** The number of users by all nodes, while only this node's own are known. */
  #countOfAll = 0

  /** `limit`: how many members are listed; a room with more is partial. `stamps`: there may be other nodes. */
  constructor(firstVersion: number, limit: number, merge?: Merge, stamps?: Stamps) {
    this.#published = new PublishedMembers(firstVersion, limit)
    this.#merge = merge
    this.#stamps = stamps
  }

  /** The users who are here, also those whose connection was lost a moment ago. */
  get count(): number {
    return Math.max(this.#users.size, this.#countOfAll)
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
    const shared = known?.shared ?? (this.#stamps && { userAt: 0, taken: new Map() })
    if (!connections.some((one) => one.socket === socket)) this.#add(connections, shared, socket, presence ?? undefined)
    if (known === undefined || !isSame(known.user, user)) {
      if (shared) shared.userAt = this.#stamp()
      this.#users.set(user.id, { user, connections, shared })
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
    connection.at = this.#stamp()
    connections.push(...connections.splice(connections.indexOf(connection), 1))
    this.#changed.add(userId)
  }

  /** The socket stays a member until it leaves, or until another socket of its user takes its place. */
  markLost(socket: unknown, userId: string): void {
    const connection = this.#users.get(userId)?.connections.find((one) => one.socket === socket)
    if (connection !== undefined) connection.lostAt = this.#stamp()
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
    return this.#remove(userId, (connection) => connection.lostAt !== undefined && isLocal(connection))
  }

  /** What this node says of a user; undefined where it has no connection of it. */
  ownState(userId: string): MemberState | undefined {
    const present = this.#users.get(userId)
    return present && ownStateOf(present, this.#node, this.#merge !== undefined)
  }

  ownStates(): readonly MemberState[] {
    return [...this.#users.keys()].flatMap((id) => this.ownState(id) ?? [])
  }

  /**
   * Another node says this of a user; undefined: it has no connection of it any more. Returns whether this node now says
   * something else of the user than before.
   */
  setState(userId: string, node: string, state: MemberState | undefined): boolean {
    const before = this.#users.get(userId)
    const after = this.#stamps && withState(before, node, state, this.#stamps)
    if (after !== undefined) this.#users.set(userId, after)
    else this.#users.delete(userId)
    this.#changed.add(userId)
    if ((before === undefined) !== (after === undefined)) this.#isUrgent = true
    const { shared } = after ?? {}
    const taken = after?.connections.filter((one) => isLocal(one) && shared && isTaken(one, shared, this.#node)) ?? []
    if (taken.length > 0) this.#remove(userId, (connection) => taken.includes(connection))
    return taken.length > 0 || (before !== undefined && after !== undefined && !isSame(before.user, after.user))
  }

  /** Forgets what other nodes have: from now on the users of all nodes are only counted, or known again with undefined. */
  countAll(count: number | undefined): void {
    const wasCounted = this.#published.isCounted
    this.#countOfAll = count ?? 0
    this.#published.isCounted = count !== undefined
    if (wasCounted || count === undefined) return
    for (const [id, present] of this.#users) {
      const connections = present.connections.filter(isLocal)
      if (connections.length === 0) this.#users.delete(id)
      else if (connections.length < present.connections.length) this.#users.set(id, { ...present, connections })
      else continue
      this.#changed.add(id)
    }
    this.#isUrgent = true // a whole room becomes partial at once
  }

  /** The lost connection of another node whose presence this socket has inherited. */
  lenderOf(socket: unknown, userId: string): RemoteSocket | undefined {
    const connection = this.#users.get(userId)?.connections.find((one) => one.socket === socket)
    return connection?.inheritedFrom instanceof RemoteSocket ? connection.inheritedFrom : undefined
  }

  /** The connections that other nodes have of a user. */
  elsewhere(userId: string): readonly Connection[] {
    return this.#users.get(userId)?.connections.filter((one) => !isLocal(one)) ?? []
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
    const { v, count } = this.#published
    const changes = [...this.#changed].flatMap((id) => {
      const member = this.#member(id)
      const connections = this.#users.get(id)?.connections ?? []
      const sockets = connections.filter((one) => one.lostAt === undefined && isLocal(one)).map(({ socket }) => socket)
      return member ? [{ sockets, change: { v, count, set: [member] } }] : []
    })
    this.#changed.clear()
    if (changes.length > 0) this.#ownPublishedAt = now
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
    if (!connections.some(isLocal)) present.shared?.taken.delete(this.#node)
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
    const { connections, shared } = present
    const counted = shared ? connections.filter((one) => !isTaken(one, shared, this.#node)) : connections
    const presences = counted.map(({ presence }) => presence).filter((presence) => presence !== undefined)
    const presence = presences.length > 1 && this.#merge ? this.#merge(presences) : presences.at(-1)
    return presence === undefined ? { user: present.user } : { user: present.user, presence }
  }

  #add(connections: Connection[], shared: SharedUser | undefined, socket: unknown, presence: unknown): void {
    const isTakenHere = (one: Connection): boolean => shared !== undefined && isTaken(one, shared, this.#node)
    const place = addConnection(connections, { socket, presence, at: this.#stamp(), isTaken: isTakenHere })
    if (shared === undefined || !(place instanceof RemoteSocket) || place.key === undefined) return
    shared.taken.set(this.#node, new Set([...(shared.taken.get(this.#node) ?? []), place.key]))
  }

  /** 0 without nodes: then the order of the connections is enough. */
  #stamp(): number {
    return this.#stamps?.next() ?? 0
  }

  get #node(): string {
    return this.#stamps?.node ?? ''
  }
}
