import type { MembersChange, MembersPosition, NodeMember } from '../../nodes/nodes.ts'
import type { RoomNodes } from '../../nodes/room-nodes.ts'
import { type MemberState, readState, writeState } from './member-state.ts'
import type { Members } from './members.ts'
import { fitsWhole } from './published-members.ts'
import type { RoomMembers } from './room-members.ts'

/** The shortest time between two writes for presence alone, of all users of this node in the room, in milliseconds. */
const WRITE_MS = 50
/** The shortest time between two reads, in milliseconds. */
const READ_MS = 1_000
/** A join waits no longer for the members of other nodes, in milliseconds. */
const JOIN_MS = 1_000
/** The changes that are kept while the members are read. */
const MAX_HELD = 1_000
/** Versions that are further apart do not belong together: the members were forgotten in between. */
const FAR = 1_000_000

/**
 * The members of a room on all nodes: writes what this node has of each user, and takes over what the other nodes have. Where the
 * room has more users than are listed, only their number is kept. Changes that did not come are noticed by their version, and
 * the members are read.
 */
export class SharedMembers {
  readonly #room: string
  readonly #members: RoomMembers
  readonly #nodes: RoomNodes
  /** The last change that is known; undefined before the first read, or where it may not count any more. */
  #version: number | undefined
  #isCounted = false
  /** What other nodes have, by node and user. */
  readonly #states = new Map<string, NodeMember>()
  /** The changes since the read began that is under way. */
  #held: MembersChange[] | undefined
  #mustReadAgain = false
  #readAt = -Infinity
  #readTimer: NodeJS.Timeout | undefined
  /** The users whose state is to be written. */
  readonly #changed = new Set<string>()
  #wroteAt = -Infinity
  #writeTimer: NodeJS.Timeout | undefined
  readonly #graceTimers = new Set<NodeJS.Timeout>()
  #isClosed = false

  constructor(room: string, members: RoomMembers, nodes: RoomNodes) {
    this.#room = room
    this.#members = members
    this.#nodes = nodes
  }

  /**
   * Changes come from now on. Resolves once the members of other nodes are known, or cannot be read soon. A socket that enters
   * then may take the place of a lost connection on another node.
   */
  async start(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, JOIN_MS)))
    await Promise.race([this.#read(false), late])
    clearTimeout(timer)
  }

  /** Whether another node is known to have the user. */
  isElsewhere(userId: string): boolean {
    return this.#members.members.elsewhere(userId).length > 0
  }

  ownStates(): readonly MemberState[] {
    return this.#members.members.ownStates()
  }

  /** The socket has entered. What it inherits from a lost connection of another node ends with the grace (S16). */
  entered(socket: unknown, userId: string): void {
    this.touch(userId)
    const lender = this.#members.members.lenderOf(socket, userId)
    if (lender === undefined) return
    const timer = setTimeout(() => {
      this.#graceTimers.delete(timer)
      this.#members.update((members) => members.leave(lender, userId))
      this.touch(userId)
    }, this.#nodes.graceMs)
    timer.unref?.()
    this.#graceTimers.add(timer)
  }

  /** This node may have something else of the user: comings and goings are written at once. */
  touch(userId: string): void {
    const isHere = this.#members.members.ownState(userId) !== undefined
    if (isHere !== this.#nodes.writes.has(this.#room, userId)) return this.#write(userId)
    if (!isHere) return
    this.#changed.add(userId)
    const waitMs = this.#wroteAt + WRITE_MS - performance.now()
    if (waitMs <= 0) return this.flush()
    this.#writeTimer ??= setTimeout(() => this.flush(), waitMs)
    this.#writeTimer.unref?.()
  }

  /** Writes the changed states at once. */
  flush(): void {
    clearTimeout(this.#writeTimer)
    this.#writeTimer = undefined
    if (this.#changed.size > 0) this.#wroteAt = performance.now()
    for (const userId of this.#changed) this.#write(userId)
  }

  /** A node, also this one, has changed a member. */
  receive(change: MembersChange): void {
    if (this.#held !== undefined) this.#hold(this.#held, change)
    this.#apply(change)
  }

  /** Whether the members must be read: changes did not come, or a room whose users were only counted may be whole again. */
  isBehind({ version, count }: MembersPosition): boolean {
    if (!this.#isOld(version) || count < this.#nodes.writes.count(this.#room)) return true
    return this.#isCounted && fitsWhole(count, this.#nodes.maxMembers)
  }

  /** What is known may not count any more: the next check reads the members. */
  doubt(): void {
    this.#version = undefined
  }

  /** Changes did not come: reads the members, at most once a second. */
  async read(): Promise<void> {
    if (this.#isClosed || this.#readTimer !== undefined) return
    const waitMs = this.#readAt + READ_MS - performance.now()
    if (this.#held !== undefined) this.#mustReadAgain = true
    else if (waitMs <= 0) await this.#read(true)
    else {
      this.#readTimer = setTimeout(() => {
        this.#readTimer = undefined
        void this.read()
      }, waitMs)
      this.#readTimer.unref?.()
    }
  }

  close(): void {
    this.flush()
    this.#isClosed = true
    clearTimeout(this.#readTimer)
    for (const timer of this.#graceTimers) clearTimeout(timer)
  }

  async #read(isBehind: boolean): Promise<void> {
    const { nodes, writes, maxMembers } = this.#nodes
    const held: MembersChange[] = (this.#held = [])
    this.#readAt = performance.now()
    this.#mustReadAgain = false
    try {
      const { version, count, states } = await nodes.readMembers(this.#room, maxMembers)
      this.#held = undefined
      if (this.#isClosed) return
      this.#version = version
      if (states !== undefined) this.#replace(states)
      else {
        this.#count(count)
        if (isBehind) void writes.rewrite(this.#room) // other nodes may have removed what this node said
      }
      for (const change of held) this.#apply(change)
    } catch (error) {
      this.doubt() // the next check reads them
      this.#nodes.onError(error, this.#room)
    }
    this.#held = undefined
    if (this.#mustReadAgain) void this.read()
  }

  #hold(held: MembersChange[], change: MembersChange): void {
    if (held.length < MAX_HELD) held.push(change)
    else this.#mustReadAgain = true
  }

  #apply(change: MembersChange): void {
    const { version, count, node, userId, state } = change
    if (this.#isOld(version)) return
    const known = this.#version
    if (known !== undefined) this.#version = version
    if (this.#isCounted || count > this.#nodes.maxMembers) this.#count(count)
    else if (node !== this.#nodes.id) this.#members.update((members) => this.#set(members, node, userId, state))
    if (node === this.#nodes.id && state === undefined) this.#nodes.writes.noticeRemoval(this.#room, userId)
    if (known !== undefined && version !== known + 1) void this.read()
  }

  #isOld(version: number): boolean {
    return this.#version !== undefined && version <= this.#version && version > this.#version - FAR
  }

  /** From now on the users are only counted. */
  #count(count: number): void {
    this.#isCounted = true
    this.#states.clear()
    this.#members.update((members) => members.countAll(count))
  }

  #replace(states: readonly NodeMember[]): void {
    const own = new Map<string, string>()
    const gone = new Map(this.#states)
    this.#isCounted = false
    this.#members.update((members) => {
      members.countAll(undefined)
      for (const { node, userId, state } of states) {
        gone.delete(keyOf(node, userId))
        if (node === this.#nodes.id) own.set(userId, state)
        else this.#set(members, node, userId, state)
      }
      for (const { node, userId } of gone.values()) this.#set(members, node, userId, undefined)
    })
    this.#nodes.writes.compare(this.#room, own)
  }

  #set(members: Members, node: string, userId: string, text: string | undefined): void {
    const key = keyOf(node, userId)
    if (this.#states.get(key)?.state === text) return
    if (text === undefined) this.#states.delete(key)
    else this.#states.set(key, { node, userId, state: text })
    const state = text === undefined ? undefined : readState(text, userId)
    if (text !== undefined && state === undefined) this.#nodes.reportUnreadable(this.#room)
    if (members.setState(userId, node, state)) this.touch(userId)
  }

  #write(userId: string): void {
    this.#changed.delete(userId)
    const state = this.#members.members.ownState(userId)
    this.#nodes.writes.set(this.#room, userId, state && { user: state.user, text: writeState(state) })
  }
}

function keyOf(node: string, userId: string): string {
  return `${node} ${userId}`
}
