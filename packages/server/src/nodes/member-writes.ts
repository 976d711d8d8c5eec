import type { WireUser } from '@roomful/contract/protocol'
import type { Nodes, SetMember } from './nodes.ts'

/** How many states are written at a time after the connection was away. */
const SLICE = 500

interface MemberWritesParts {
  readonly nodes: Nodes
  /** Called when a user has come into a room, and when it has left it, on all nodes. Must not throw. */
  readonly onJoin?: ((room: string, user: WireUser) => void) | undefined
  readonly onLeave?: ((room: string, user: WireUser) => void) | undefined
  /** Whether another node is known to have the user in the room. */
  readonly isElsewhere: (room: string, userId: string) => boolean
  readonly onError: (error: unknown, room: string) => void
}

/** What this node says of a user in a room. */
interface Written {
  readonly room: string
  readonly userId: string
  user: WireUser
  /** undefined: nothing any more. */
  wanted: string | undefined
  /** What the nodes have stored, as far as this node knows. */
  stored: string | undefined
  /** A write failed, or what was stored may be forgotten: it is written again, also if it is the same. */
  isUncertain: boolean
  /** The user's coming was noticed: `onJoin` was called, or was not needed. */
  hasJoined: boolean
  isWriting: boolean
}

/**
 * Writes what this node says of its members: for each user and room one write at a time, always of the newest state. A write
 * that failed is tried again by `retry`. It holds one state for each user and room of this node, and removals until they are written.
 */
export class MemberWrites {
  readonly #parts: MemberWritesParts
  readonly #rooms = new Map<string, Map<string, Written>>()
  /** Those whose last write failed. */
  readonly #failed = new Set<Written>()
  #members = 0
  #writing = 0
  #whenIdle: (() => void)[] = []
  #isAway = false
  #isStopped = false

  constructor(parts: MemberWritesParts) {
    this.#parts = parts
  }

  /** Whether this node wants to say something of the user. */
  has(room: string, userId: string): boolean {
    return this.#rooms.get(room)?.get(userId)?.wanted !== undefined
  }

  /** The members of all rooms by this node: a user in two rooms counts twice. */
  get members(): number {
    return this.#members
  }

  /** The users of a room of whom this node says something, or has not yet taken it back. */
  count(room: string): number {
    return this.#rooms.get(room)?.size ?? 0
  }

  set(room: string, userId: string, state: { readonly user: WireUser; readonly text: string } | undefined): void {
    const written = this.#rooms.get(room)?.get(userId) ?? (state && this.#create(room, userId, state.user))
    if (written === undefined) return
    this.#members += Number(state !== undefined) - Number(written.wanted !== undefined)
    written.wanted = state?.text
    written.user = state?.user ?? written.user
    void this.#write(written)
  }

  /** The other nodes have removed what this node said of a user: they took it for dead. It says it again. */
  noticeRemoval(room: string, userId: string): void {
    const written = this.#rooms.get(room)?.get(userId)
    if (written?.wanted === undefined) return
    written.isUncertain = true
    written.hasJoined &&= written.isWriting // their `onLeave` was called
    void this.#write(written)
  }

  /** What the nodes have stored of this node in a room, by user: what differs is written again. */
  compare(room: string, stored: ReadonlyMap<string, string>): void {
    const ofRoom = this.#rooms.get(room)
    for (const userId of stored.keys())
      if (!ofRoom?.has(userId)) this.#rewrite(this.#create(room, userId, { id: userId }))
    for (const written of ofRoom?.values() ?? [])
      if (!written.isWriting && stored.get(written.userId) !== written.wanted) this.#rewrite(written)
  }

  /** Tries the failed writes again. */
  async retry(): Promise<void> {
    await this.#writeAll([...this.#failed])
  }

  /** Writes all states again, or those of one room, since they may be forgotten. */
  async rewrite(room?: string): Promise<void> {
    const rooms = room === undefined ? [...this.#rooms.values()] : [this.#rooms.get(room) ?? new Map()]
    const all = rooms.flatMap((ofRoom) => [...ofRoom.values()])
    for (const written of all) written.isUncertain = true
    await this.#writeAll(all)
  }

  /** Resolves when no write is running. */
  async idle(): Promise<void> {
    if (this.#writing > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve))
  }

  /** Writes nothing more. */
  stop(): void {
    this.#isStopped = true
    this.#members = 0
    this.#rooms.clear()
    this.#failed.clear()
  }

  #create(room: string, userId: string, user: WireUser): Written {
    const ofRoom = this.#rooms.get(room) ?? new Map<string, Written>()
    const [wanted, stored] = [undefined, undefined]
    const written = { room, userId, user, wanted, stored, isUncertain: false, hasJoined: false, isWriting: false }
    this.#rooms.set(room, ofRoom.set(userId, written))
    return written
  }

  #rewrite(written: Written): void {
    written.isUncertain = true
    void this.#write(written)
  }

  /** Slice by slice, as long as the writes succeed. */
  async #writeAll(all: readonly Written[]): Promise<void> {
    for (let start = 0; start < all.length; start += SLICE) {
      await Promise.all(all.slice(start, start + SLICE).map((written) => this.#write(written)))
      if (this.#isAway) return
    }
  }

  async #write(written: Written): Promise<void> {
    if (written.isWriting || this.#isStopped) return
    written.isWriting = true
    this.#writing += 1
    while ((written.isUncertain || written.wanted !== written.stored) && !this.#isStopped)
      if (!(await this.#writeOnce(written))) break
    written.isWriting = false
    if (written.wanted === undefined && !written.isUncertain) this.#forget(written)
    this.#writing -= 1
    if (this.#writing === 0) for (const resolve of this.#whenIdle.splice(0)) resolve()
  }

  async #writeOnce(written: Written): Promise<boolean> {
    const { nodes, onError } = this.#parts
    const { room, userId, wanted, isUncertain } = written
    written.isUncertain = false // may become true again meanwhile
    try {
      const answer = await nodes.setMember(room, userId, wanted)
      written.stored = wanted
      this.#failed.delete(written)
      this.#isAway = false
      this.#callHooks(written, answer, isUncertain)
      return true
    } catch (error) {
      written.isUncertain = true
      if (this.#isStopped) return false
      this.#failed.add(written)
      if (!this.#isAway) onError(error, room) // once until a write succeeds
      this.#isAway = true
      return false
    }
  }

  /** After an uncertain write, `wasMember` may be the work of that write. */
  #callHooks(written: Written, { wasMember, isMember }: SetMember, wasUncertain: boolean): void {
    const { onJoin, onLeave, isElsewhere } = this.#parts
    const { room, userId, user, stored, hasJoined } = written
    written.hasJoined = stored !== undefined
    if (stored !== undefined) {
      const wasHere = wasUncertain ? isElsewhere(room, userId) : wasMember
      if (!hasJoined && !wasHere) onJoin?.(room, user)
    } else if (hasJoined && !isMember && (wasMember || wasUncertain)) onLeave?.(room, user)
  }

  #forget({ room, userId }: Written): void {
    const ofRoom = this.#rooms.get(room)
    ofRoom?.delete(userId)
    if (ofRoom?.size === 0 && this.#rooms.get(room) === ofRoom) this.#rooms.delete(room)
  }
}
