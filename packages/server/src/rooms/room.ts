import { type MembersDelta, type Typing, type WireMember, type WireUser, wire } from '@roomful/contract/protocol'
import { Broadcast } from './delivery/broadcast.ts'
import { Delivery, type DeliveryParts } from './delivery/delivery.ts'
import type { Appended, Batch, Committed, Page, PageRequest, RoomLog } from '../log/log.ts'
import type { LogPosition, NewEntry } from '../log/log-entry.ts'
import type { Sender, SenderRow } from '../log/sender-row.ts'
import type { Snapshot } from './members/members.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { isInbox } from './inbox.ts'
import type { RoomFrame } from '../nodes/room-frames.ts'
import { subscribeAll } from '../nodes/subscribe-all.ts'
import type { RoomNodes } from '../nodes/room-nodes.ts'
import type { MergePresence } from './members/presence-rules.ts'
import { RefusalError } from '../refuse.ts'
import { RoomMembers, type SendChange } from './members/room-members.ts'
import { type ServerSender, ServerMessages } from './server-messages.ts'
import type { SocketIoSocket } from '../socket-io.ts'
import { RoomTyping } from './members/room-typing.ts'
import { RunningBatches } from './running-batches.ts'
import { SharedMembers } from './members/shared-members.ts'
import { Stamps } from './members/stamps.ts'

export interface RoomParts extends DeliveryParts {
  readonly log: RoomLog
  /** The server as a sender of its own messages. */
  readonly server: ServerSender
  /** Reads entries that did not come; the reads of all rooms take turns. */
  readonly readMissed: RoomLog['page']
  /** How many members of a room are listed. */
  readonly maxMembers: number
  /** The newest presence counts unless given. */
  readonly mergePresence?: MergePresence | undefined
  /** The other nodes; undefined for a log of one process. */
  readonly nodes?: RoomNodes | undefined
  /** Called when a user becomes a member, and when its last connection has left; with `nodes` by these. Must not throw. */
  readonly onJoin?: ((room: string, user: WireUser) => void) | undefined
  readonly onLeave?: ((room: string, user: WireUser) => void) | undefined
  /** Called when a write seemed to fail: the head of the log is to be read, for `noticeHead`. Must not throw. */
  readonly onUncertain?: ((room: Room) => void) | undefined
}

/** One room: its members, its log, and the broadcast to its members. */
export class Room {
  /** In the log. */
  readonly name: string
  readonly #log: RoomLog
  readonly #onJoin: RoomParts['onJoin']
  readonly #onLeave: RoomParts['onLeave']
  readonly batches: RunningBatches = new RunningBatches()
  /** undefined in an inbox, which only delivers. */
  readonly #members: RoomMembers | undefined
  /** undefined until a member types. */
  #typing: RoomTyping | undefined
  readonly #nodes: RoomNodes | undefined
  /** undefined without nodes, and in an inbox. */
  readonly shared: SharedMembers | undefined
  readonly #metrics: Metrics
  readonly #delivery: Delivery
  readonly #broadcast: Broadcast
  readonly #serverMessages: ServerMessages
  readonly #onUncertain: RoomParts['onUncertain']
  #subscription: Promise<() => void> | undefined
  /** A write seemed to fail, or the head could not be read; the log was not read since. */
  isUncertain = false

  constructor(name: string, parts: RoomParts) {
    const { log, metrics, report, maxMembers, mergePresence, nodes, onJoin, onLeave, onUncertain, server } = parts
    this.name = name
    this.#log = log
    this.#metrics = metrics
    this.#onJoin = nodes ? undefined : onJoin
    this.#onLeave = nodes ? undefined : onLeave
    this.#onUncertain = onUncertain
    this.#serverMessages = new ServerMessages(server, (batch) => this.commit(batch))
    const merge = mergePresence && ((presences: readonly unknown[]) => mergePresence(presences, name))
    if (!isInbox(name)) {
      this.#nodes = nodes
      this.#members = new RoomMembers(maxMembers, this.#sendMembers, merge, nodes && new Stamps(nodes.id))
      this.shared = nodes && new SharedMembers(name, this.#members, nodes)
    }
    this.#delivery = new Delivery(name, parts)
    this.#broadcast = new Broadcast({
      page: async (request) => await parts.readMissed(name, request),
      send: (epoch, entries) => this.#delivery.sendEntries(epoch, entries),
      sendHead: (head, previous) => this.#delivery.sendHead(head, previous),
      onError: (error) => report(error, { during: 'broadcast', room: name }),
    })
  }

  /** Begins to receive what the log and other nodes say. A member must enter after this, and read the log after that (S11). */
  async open(): Promise<void> {
    this.#subscription ??= this.#subscribe()
    try {
      await this.#subscription
    } catch (error) {
      this.#subscription = undefined // the next member tries again
      throw error
    }
  }

  /** The room has no members and no running writes any more. */
  close(): void {
    this.#members?.stop() // a room with this name that is made anew has other members
    this.shared?.close()
    this.#subscription?.then(
      (unsubscribe) => unsubscribe(),
      () => {}, // `open` has thrown the error
    )
  }

  /**
   * Begins delivery to the socket, and makes it a member. `presence`: null removes the socket's presence, undefined keeps it.
   * `packs`: events are sent in packs.
   */
  async enter(
    socket: SocketIoSocket,
    user: WireUser,
    { presence, packs = false }: { readonly presence?: unknown; readonly packs?: boolean | undefined } = {},
  ): Promise<void> {
    const joined = this.#delivery.enter(socket, packs)
    const isNew = this.#members?.update((members) => members.enter(socket, user, presence), socket)
    if (isNew) this.#onJoin?.(this.name, user)
    this.shared?.entered(socket, user.id)
    await joined
  }

  /** The socket is a member: others see its user as it is now. */
  setUser(socket: SocketIoSocket, user: WireUser): void {
    this.#members?.update((members) => members.enter(socket, user))
    this.shared?.touch(user.id)
  }

  setPresence(socket: SocketIoSocket, user: WireUser, presence: unknown): void {
    this.#members?.update((members) => members.set(socket, user.id, presence))
    this.shared?.touch(user.id)
  }

  /** Sends to all but the socket, at once, where the others do not know it yet (S17). */
  setTyping(socket: SocketIoSocket, user: WireUser, typing: boolean): void {
    this.#typing ??= this.#createTyping()
    this.#typing.set(socket, user, typing)
  }

  /** Ends delivery and typing of the socket. It stays a member until `leave`, or until its user is back. */
  disconnect(socket: SocketIoSocket, user: WireUser): void {
    this.unsubscribe(socket)
    this.#typing?.leave(socket, user)
    this.#members?.update((members) => members.markLost(socket, user.id))
    this.shared?.touch(user.id)
  }

  leave(socket: SocketIoSocket, user: WireUser): void {
    this.#left(
      user.id,
      this.#members?.update((members) => members.leave(socket, user.id)),
    )
  }

  /** Removes the lost connections of a user who lost the permission to be here. */
  removeLost(userId: string): void {
    const isLostElsewhere = this.#members?.members.elsewhere(userId).some(({ lostAt }) => lostAt !== undefined)
    if (isLostElsewhere) this.#nodes?.frames.add(this.name, { type: 'removeLost', userId })
    this.#removeLost(userId)
  }

  /** The running batches of a user (by its id), or of a connection, are not written any more. */
  refuseBatches(sender: string | object): void {
    this.batches.refuse(sender)
  }

  unsubscribe(socket: SocketIoSocket): void {
    this.#delivery.leave(socket)
  }

  /** Whether the socket is in a Socket.IO room of this room by its own join. */
  hasInChannel(socket: SocketIoSocket, channel: string): boolean {
    return this.#delivery.hasInChannel(socket, channel)
  }

  get memberCount(): number {
    return this.#members?.count ?? 0
  }

  /** For a user who joins; undefined in an inbox. */
  members(userId: string): Snapshot | undefined {
    return this.#members?.snapshot(userId)
  }

  allMembers(): readonly WireMember[] {
    return this.#members?.all() ?? []
  }

  /** Sends the events that wait, and no more changes of the members. */
  stop(): void {
    this.#delivery.flush()
    this.#members?.stop()
  }

  async page(request: PageRequest): Promise<Page> {
    const page = await this.#log.page(this.name, request)
    this.#broadcast.noticePage(page)
    this.#delivery.knowEpoch(page.epoch)
    return page
  }

  /** A read of the log has found this head. */
  noticeHead(head: LogPosition): void {
    this.isUncertain = false
    if (this.#subscription !== undefined) this.#broadcast.notice(head)
  }

  async row(sender: Sender): Promise<SenderRow | undefined> {
    return await this.#log.row(this.name, sender)
  }

  /** Writes a batch; undefined where the epoch is another (S4). Members get its entries from the log's subscription (S6). */
  commit(batch: Batch): Promise<Committed | undefined> {
    return this.#write(() => this.#log.commit(this.name, batch))
  }

  /** Writes a message of the server itself. */
  append(entry: NewEntry): Promise<{ readonly seq: number; readonly at: number }> {
    return this.#serverMessages.add(entry)
  }

  /** Deletes the data of an entry, and writes another one; undefined where the log does not hold it (S30). */
  redact(seq: number, entry: NewEntry): Promise<Appended | undefined> {
    return this.#write(() => this.#log.redact(this.name, seq, entry))
  }

  /** S14: sends to all but the sender, without the log. */
  relay(event: string, data: unknown, from: WireUser | null, sender?: SocketIoSocket): void {
    this.#delivery.relay(event, data, from, sender)
    this.#nodes?.frames.add(this.name, { type: 'event', event, data: data ?? null, from })
  }

  #removeLost(userId: string): void {
    this.#left(
      userId,
      this.#members?.update((members) => members.removeLost(userId)),
    )
  }

  #left(userId: string, user: WireUser | undefined): void {
    if (user !== undefined) this.#onLeave?.(this.name, user)
    this.shared?.touch(userId)
  }

  async #subscribe(): Promise<() => void> {
    const [log, nodes, shared] = [this.#log, this.#nodes, this.shared]
    const subscribe = async (): Promise<() => void> =>
      await log.subscribe(this.name, (appended) => this.#broadcast.receive(appended))
    if (nodes === undefined || shared === undefined) return await subscribe()
    const unsubscribe = await subscribeAll(
      subscribe(),
      nodes.subscribe(this.name, {
        onFrame: (frame, from) => this.#receive(frame, from),
        onMembers: (change) => shared.receive(change),
      }),
    )
    await shared.start()
    return unsubscribe
  }

  #receive(frame: RoomFrame, node: string): void {
    if (frame.type === 'removeLost') this.#removeLost(frame.userId)
    else if (frame.type === 'event') this.#delivery.relay(frame.event, frame.data, frame.from)
    else (this.#typing ??= this.#createTyping()).receive(node, frame.from, frame.typing)
  }

  async #write<T>(write: () => T | Promise<T>): Promise<T> {
    const startedAt = performance.now()
    try {
      const written = await write()
      this.#metrics.commitMs.add(performance.now() - startedAt)
      return written
    } catch (error) {
      if (error instanceof RefusalError) throw error
      this.isUncertain = true // S7: the batch may be stored nevertheless
      this.#onUncertain?.(this)
      throw error
    }
  }

  #createTyping(): RoomTyping {
    return new RoomTyping({
      isPartial: () => this.#members?.isPartial ?? false,
      send: (from, typing, except) =>
        this.#delivery.send(wire.typing, { room: this.name, from, typing } satisfies Typing, except),
      sendToNodes: (from, typing) => this.#nodes?.frames.add(this.name, { type: 'typing', from, typing }),
    })
  }

  /** Members notice a missing `v`, and join again. */
  readonly #sendMembers: SendChange = (change, { except, only }) => {
    const delta: MembersDelta = { room: this.name, ...change }
    if (only) only.emit(wire.members, delta)
    else this.#delivery.send(wire.members, delta, except)
  }
}
