import {
  type Head,
  type MembersDelta,
  type Typing,
  type WireMember,
  type WireUser,
  wire,
} from '@roomful/contract/protocol'
import { Broadcast } from './delivery/broadcast.ts'
import { Delivery, type DeliveryParts } from './delivery/delivery.ts'
import type { Batch, Committed, Page, PageRequest, RoomLog } from '../log/log.ts'
import type { EarlierEpoch, LogPosition, NewEntry } from '../log/log-entry.ts'
import type { Sender, SenderRow } from '../log/sender-row.ts'
import type { Snapshot } from './members/members.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { isInbox, wireNameOf } from './inbox.ts'
import type { MergePresence } from './members/presence-rules.ts'
import { RefusalError, refuse } from '../refuse.ts'
import { RoomMembers, type SendChange } from './members/room-members.ts'
import { type ServerSender, ServerMessages } from './server-messages.ts'
import { channelOf, type SocketIoSocket } from '../socket-io.ts'
import { TypingState } from './members/typing-state.ts'

export interface RoomParts extends DeliveryParts {
  readonly log: RoomLog
  /** The server as a sender of its own messages. */
  readonly server: ServerSender
  /** How many members of a room are listed. */
  readonly maxMembers: number
  /** The newest presence counts unless given. */
  readonly mergePresence?: MergePresence | undefined
  /** Called when a user becomes a member, and when its last connection has left. Must not throw. */
  readonly onJoin?: ((room: string, user: WireUser) => void) | undefined
  readonly onLeave?: ((room: string, user: WireUser) => void) | undefined
  /** Called when a write seemed to fail: the head of the log is to be read, for `noticeHead`. Must not throw. */
  readonly onUncertain?: ((room: Room) => void) | undefined
}

/** A batch that is not written yet. */
interface RunningBatch {
  readonly userId: string
  /** The sender's memberships, which end with its connection. */
  readonly connection: object
  isRefused: boolean
}

/** One room: its members, its log, and the broadcast to its members. */
export class Room {
  /** In the log; `#wireName` is what clients know. */
  readonly name: string
  readonly #wireName: string
  readonly #io: RoomParts['io']
  readonly #log: RoomLog
  readonly #report: RoomParts['report']
  readonly #onJoin: RoomParts['onJoin']
  readonly #onLeave: RoomParts['onLeave']
  readonly #batches = new Set<RunningBatch>()
  /** undefined in an inbox, which only delivers. */
  readonly #members: RoomMembers | undefined
  readonly #typing = new TypingState()
  readonly #metrics: Metrics
  readonly #delivery: Delivery
  readonly #broadcast: Broadcast
  readonly #serverMessages: ServerMessages
  readonly #onUncertain: RoomParts['onUncertain']
  #subscription: Promise<() => void> | undefined
  /** A write seemed to fail, or the head could not be read; the log was not read since. */
  isUncertain = false

  constructor(name: string, parts: RoomParts) {
    const { io, log, metrics, report, maxMembers, mergePresence, onJoin, onLeave, onUncertain, server } = parts
    this.name = name
    this.#wireName = wireNameOf(name)
    this.#io = io
    this.#log = log
    this.#metrics = metrics
    this.#report = report
    this.#onJoin = onJoin
    this.#onLeave = onLeave
    this.#onUncertain = onUncertain
    this.#serverMessages = new ServerMessages(server, (batch) => this.commit(batch))
    const merge = mergePresence && ((presences: readonly unknown[]) => mergePresence(presences, name))
    if (!isInbox(name)) this.#members = new RoomMembers(maxMembers, this.#sendMembers, merge)
    this.#delivery = new Delivery(name, parts)
    this.#broadcast = new Broadcast({
      page: async (request) => await log.page(name, request),
      send: (epoch, entries) => this.#delivery.sendEntries(epoch, entries),
      sendHead: (head, previous) => this.#sendHead(head, previous),
      onError: (error) => report(error, { during: 'broadcast', room: name }),
    })
  }

  /** Begins to receive what the log commits. A member must enter after this, and read the log after that (S11). */
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
    await joined
  }

  /** The socket is a member: others see its user as it is now. */
  setUser(socket: SocketIoSocket, user: WireUser): void {
    this.#members?.update((members) => members.enter(socket, user))
  }

  setPresence(socket: SocketIoSocket, user: WireUser, presence: unknown): void {
    this.#members?.update((members) => members.set(socket, user.id, presence))
  }

  /** Sends to all but the socket, at once, where the others do not know it yet (S17). */
  setTyping(socket: SocketIoSocket, user: WireUser, typing: boolean): void {
    const now = performance.now()
    const isPartial = this.#members?.isPartial ?? false
    const isNews = typing ? this.#typing.start(socket, user, now, isPartial) : this.#typing.stop(socket, now)
    if (isNews) this.#sendTyping(socket, user, typing)
  }

  /** Ends delivery and typing of the socket. It stays a member until `leave`, or until its user is back. */
  disconnect(socket: SocketIoSocket, user: WireUser): void {
    this.unsubscribe(socket)
    if (this.#typing.leave(socket, performance.now())) this.#sendTyping(socket, user, false)
    this.#members?.update((members) => members.markLost(socket, user.id))
  }

  leave(socket: SocketIoSocket, user: WireUser): void {
    this.#left(this.#members?.update((members) => members.leave(socket, user.id)))
  }

  /** Removes the lost connections of a user who lost the permission to be here. */
  removeLost(userId: string): void {
    this.#left(this.#members?.update((members) => members.removeLost(userId)))
  }

  /** Runs a batch to its commit. `assertMember` throws `NOT_MEMBER` once its sender was put out of the room. */
  async runBatch<T>(userId: string, connection: object, task: (assertMember: () => void) => Promise<T>): Promise<T> {
    const batch = { userId, connection, isRefused: false }
    this.#batches.add(batch)
    try {
      return await task(() => {
        if (batch.isRefused) throw refuse('NOT_MEMBER', 'you were put out of the room')
      })
    } finally {
      this.#batches.delete(batch)
    }
  }

  /** The running batches of a user (by its id), or of a connection, are not written any more. */
  refuseBatches(sender: string | object): void {
    for (const batch of this.#batches)
      if (batch.userId === sender || batch.connection === sender) batch.isRefused = true
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

  /** S14: sends to all but the sender, without the log. */
  relay(event: string, data: unknown, from: WireUser | null, sender?: SocketIoSocket): void {
    this.#delivery.relay(event, data, from, sender)
  }

  #left(user: WireUser | undefined): void {
    if (user !== undefined) this.#onLeave?.(this.name, user)
  }

  async #subscribe(): Promise<() => void> {
    return await this.#log.subscribe(this.name, (appended) => this.#broadcast.receive(appended))
  }

  async #write<T>(write: () => T | Promise<T>): Promise<T> {
    const startedAt = performance.now()
    try {
      const written = await write()
      this.#metrics.commitMs.add(performance.now() - startedAt)
      return written
    } catch (error) {
      if (!(error instanceof RefusalError)) this.#onWriteFailed()
      throw error
    }
  }

  /** S7: the batch may be stored nevertheless. */
  #onWriteFailed(): void {
    this.isUncertain = true
    this.#onUncertain?.(this)
  }

  #sendHead({ epoch, head }: LogPosition, previous?: EarlierEpoch): void {
    this.#delivery.flush()
    this.#delivery.knowEpoch(epoch)
    const message: Head = { room: this.#wireName, epoch, seq: head, ...(previous && { previous }) }
    try {
      this.#io.local.to(channelOf(this.name)).emit(wire.head, message)
    } catch (error) {
      this.#report(error, { during: 'broadcast', room: this.name })
    }
  }

  #sendTyping(socket: SocketIoSocket, from: WireUser, typing: boolean): void {
    const message: Typing = { room: this.name, from, typing }
    socket.local.to(channelOf(this.name)).emit(wire.typing, message)
  }

  readonly #sendMembers: SendChange = (change, { except, only }) => {
    const delta: MembersDelta = { room: this.name, ...change }
    try {
      if (only) only.emit(wire.members, delta)
      else (except ?? this.#io).local.to(channelOf(this.name)).emit(wire.members, delta)
    } catch (error) {
      this.#report(error, { during: 'broadcast', room: this.name }) // members notice the missing `v`, and join again
    }
  }
}
