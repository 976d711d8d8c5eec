import { randomInt, randomUUID } from 'node:crypto'
import type {
  MembersPosition,
  NodeInfo,
  NodeOptions,
  Nodes,
  RoomListeners,
  RoomLog,
  SetMember,
  SharedMembers,
} from '../../src/index.ts'
import { changedLog } from './changed-log.ts'

/** What is on its way to a node: a message, or a change of members. */
export type Delivery = {
  readonly type: 'message' | 'members'
  readonly room: string | undefined
  readonly run: () => void
}

interface RoomRecord {
  version: number
  /** By user and node. */
  readonly states: Map<string, Map<string, string>>
}

/** `Nodes` for several servers of one test process. Deliveries come in a later microtask, in their order. */
export class MemoryHub {
  readonly #rooms = new Map<string, RoomRecord>()
  readonly #nodes = new Set<MemoryNode>()

  node(): MemoryNode {
    const node = new MemoryNode(this)
    this.#nodes.add(node)
    return node
  }

  get alive(): MemoryNode[] {
    return [...this.#nodes].filter((node) => node.isAlive)
  }

  /** Forgets all members, as a server without persistence that was started again. Subscriptions go on. */
  forget(): void {
    this.#rooms.clear()
    for (const node of this.alive) node.restore()
  }

  /** Removes what a node has said of members, as the other nodes do when it is dead. */
  removeMembersOf(dead: MemoryNode): void {
    const claimer = this.alive.find((node) => node !== dead)
    for (const [room, { states }] of this.#rooms)
      for (const [userId, byNode] of states) {
        const state = byNode.get(dead.id)
        if (state === undefined) continue
        const { isMember } = this.set(dead.id, room, userId, undefined)
        if (!isMember) claimer?.options?.onMemberGone({ room, userId, state })
      }
  }

  send(from: MemoryNode, message: string, room: string | undefined): void {
    for (const node of this.alive) if (node !== from) node.deliverMessage(message, from.id, room)
  }

  set(nodeId: string, room: string, userId: string, state: string | undefined): SetMember {
    const record = this.#rooms.get(room) ?? { version: randomInt(1, 2 ** 47), states: new Map() }
    const byNode = record.states.get(userId) ?? new Map<string, string>()
    const wasMember = byNode.size > 0
    if (byNode.get(nodeId) === state) return { ...this.position(room), wasMember, isMember: wasMember }
    if (state === undefined) byNode.delete(nodeId)
    else byNode.set(nodeId, state)
    if (byNode.size > 0) record.states.set(userId, byNode)
    else record.states.delete(userId)
    record.version += 1
    if (record.states.size > 0) this.#rooms.set(room, record)
    else this.#rooms.delete(room)
    const position = { version: record.version, count: record.states.size }
    for (const node of this.alive) node.deliverMembers(room, { ...position, node: nodeId, userId, state })
    return { ...position, wasMember, isMember: byNode.size > 0 }
  }

  position(room: string): MembersPosition {
    const record = this.#rooms.get(room)
    return { version: record?.version ?? 0, count: record?.states.size ?? 0 }
  }

  read(room: string, limit: number): SharedMembers {
    const position = this.position(room)
    if (position.count > limit) return { ...position, states: undefined }
    const states = [...(this.#rooms.get(room)?.states ?? [])].flatMap(([userId, byNode]) =>
      Array.from(byNode, ([node, state]) => ({ node, userId, state })),
    )
    return { ...position, states }
  }

  get rooms(): string[] {
    return [...this.#rooms.keys()]
  }
}

/** One node of a hub, with the faults of its connection. */
export class MemoryNode implements Nodes {
  readonly id: string = randomUUID()
  readonly #hub: MemoryHub
  readonly #listeners = new Map<string, Set<{ readonly listeners: RoomListeners }>>()
  #held: Delivery[] | undefined
  #drops: (delivery: Delivery) => boolean = () => false
  #failure: { readonly error: Error; readonly isLate: boolean } | undefined
  #waitFor: Promise<void> | undefined
  options: NodeOptions | undefined
  isAlive = true
  /** The calls so far, by name. */
  readonly calls: Record<string, number> = {}

  constructor(hub: MemoryHub) {
    this.#hub = hub
  }

  async start(options: NodeOptions): Promise<void> {
    this.options = options
    await this.#call('start', () => {})
  }

  async list(): Promise<readonly NodeInfo[]> {
    return await this.#call('list', () =>
      this.#hub.alive.flatMap(({ id, options }) => (options ? [{ id, info: options.info }] : [])),
    )
  }

  async send(message: string, room?: string): Promise<void> {
    await this.#call('send', () => this.#hub.send(this, message, room))
  }

  async subscribe(room: string, listeners: RoomListeners): Promise<() => void> {
    return await this.#call('subscribe', () => {
      const ofRoom = this.#listeners.get(room) ?? new Set()
      const subscription = { listeners }
      this.#listeners.set(room, ofRoom.add(subscription))
      return () => {
        ofRoom.delete(subscription)
        if (ofRoom.size === 0 && this.#listeners.get(room) === ofRoom) this.#listeners.delete(room)
      }
    })
  }

  async setMember(room: string, userId: string, state: string | undefined): Promise<SetMember> {
    return await this.#call('setMember', () => this.#hub.set(this.id, room, userId, state))
  }

  async readMembers(room: string, limit: number): Promise<SharedMembers> {
    return await this.#call('readMembers', () => this.#hub.read(room, limit))
  }

  async memberPositions(rooms: readonly string[]): Promise<readonly MembersPosition[]> {
    return await this.#call('memberPositions', () => rooms.map((room) => this.#hub.position(room)))
  }

  async *rooms(): AsyncGenerator<{ readonly name: string; readonly members: number }> {
    for (const name of await this.#call('rooms', () => this.#hub.rooms))
      yield { name, members: this.#hub.position(name).count }
  }

  async stop(): Promise<void> {
    const failure = this.#failure
    this.die()
    await Promise.resolve()
    if (failure !== undefined) throw failure.error
  }

  /** The process has ended, without a word. Its members are removed after the grace. */
  die(): void {
    if (!this.isAlive) return
    this.isAlive = false
    this.#listeners.clear()
    setTimeout(() => this.#hub.removeMembersOf(this), this.options?.graceMs ?? 0).unref?.()
  }

  /** The other nodes take this one for dead, and remove its members, although it lives: its process was stopped. */
  expire(): void {
    this.#hub.removeMembersOf(this)
  }

  /** From now on calls reject: at once, or with `isLate` after they have had their effect, so that the answer is lost. */
  fail({ isLate = false }: { readonly isLate?: boolean } = {}): void {
    this.#failure = { error: new Error('the connection to the other nodes was lost'), isLate }
  }

  /** Ends `fail`, and says so. */
  restore(): void {
    this.endFailure()
    this.options?.onRestored()
  }

  /** Ends `fail` without a word. */
  endFailure(): void {
    this.#failure = undefined
  }

  /** Calls take effect, and are answered, only after the promise. */
  slowDown(until: Promise<void> | undefined): void {
    this.#waitFor = until
  }

  /** Drops what comes to this node and fits; without a function nothing any more. */
  drop(drops: (delivery: Delivery) => boolean = () => false): void {
    this.#drops = drops
  }

  /** Delays what comes to this node until `release`. */
  hold(): void {
    this.#held ??= []
  }

  /** Delivers what was held, in the order that the function gives. */
  release(order: (held: Delivery[]) => Delivery[] = (held) => held): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const delivery of order(held)) this.#deliver(delivery)
  }

  deliverMessage(message: string, from: string, room: string | undefined): void {
    const run = (): void => {
      if (room === undefined) this.options?.onMessage(message, from)
      else for (const { listeners } of this.#of(room)) listeners.onMessage(message, from)
    }
    if (room === undefined || this.#listeners.has(room)) this.#deliver({ type: 'message', room, run })
  }

  deliverMembers(room: string, change: Parameters<RoomListeners['onMembers']>[0]): void {
    const run = (): void => {
      for (const { listeners } of this.#of(room)) listeners.onMembers(change)
    }
    if (this.#listeners.has(room)) this.#deliver({ type: 'members', room, run })
  }

  /** The rooms that this node is subscribed to. */
  get subscribed(): string[] {
    return [...this.#listeners.keys()]
  }

  #of(room: string): readonly { readonly listeners: RoomListeners }[] {
    return [...(this.#listeners.get(room) ?? [])]
  }

  #deliver(delivery: Delivery): void {
    if (this.#drops(delivery)) return
    if (this.#held !== undefined) this.#held.push(delivery)
    else
      queueMicrotask(() => {
        if (this.isAlive) delivery.run()
      })
  }

  async #call<T>(name: string, run: () => T): Promise<T> {
    this.calls[name] = (this.calls[name] ?? 0) + 1
    await this.#waitFor
    if (!this.isAlive) throw new Error('the node has stopped')
    const failure = this.#failure
    if (failure !== undefined && !failure.isLate) throw failure.error
    const result = run()
    if (failure !== undefined) throw failure.error
    return result
  }
}

/** A log in memory that several servers use, each with nodes of its own. It goes on when one of them closes. */
export function sharedLog(log: RoomLog, nodes: Nodes): RoomLog {
  return changedLog(log, { nodes, close: () => {} })
}
