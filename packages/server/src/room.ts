import {
  type Entry,
  type MembersDelta,
  type Typing,
  type WireMember,
  type WireMeta,
  type WireUser,
  wire,
} from '@roomful/contract/protocol'
import { Broadcast } from './broadcast.ts'
import { channelOf, type RoomsHost, type RoomsSocket } from './host.ts'
import type { Appended, Batch, Committed, Page, PageRequest, RoomLog } from './log/log.ts'
import type { NewEntry } from './log/new-entry.ts'
import type { Sender, SenderRow } from './log/sender-row.ts'
import type { MembersChange } from './members.ts'
import type { MergePresence } from './presence-rules.ts'
import type { Report } from './report.ts'
import { RoomMembers } from './room-members.ts'
import { Typists } from './typists.ts'

export interface RoomParts {
  readonly host: RoomsHost
  readonly log: RoomLog
  readonly report: Report
  /** The newest state counts unless given. */
  readonly mergePresence?: MergePresence | undefined
}

/** One room: who is in it, and the one way into its log and out to its members. */
export class Room {
  readonly name: string
  readonly #host: RoomsHost
  readonly #log: RoomLog
  readonly #report: Report
  readonly #members: RoomMembers
  readonly #typists = new Typists()
  readonly #broadcast: Broadcast

  constructor(name: string, { host, log, report, mergePresence }: RoomParts) {
    this.name = name
    this.#host = host
    this.#log = log
    this.#report = report
    const merge = mergePresence && ((states: readonly unknown[]) => mergePresence(states, name))
    this.#members = new RoomMembers((change, except) => this.#tellMembers(change, except), merge)
    this.#broadcast = new Broadcast({
      page: async (request) => await log.page(name, request),
      tell: (epoch, entry) => this.#tell(epoch, entry),
      failed: (error) => report(error, { during: 'broadcast', room: name }),
    })
  }

  /** `presence` is the socket's state; null takes it back, undefined leaves it as it is. */
  async enter(socket: RoomsSocket, user: WireUser, presence?: unknown): Promise<void> {
    const joined = socket.join(channelOf(this.name))
    this.#members.change((members) => members.enter(socket, user, presence), socket)
    await joined
  }

  setPresence(socket: RoomsSocket, user: WireUser, presence: unknown): void {
    this.#members.change((members) => members.set(socket, user.id, presence))
  }

  /** Tells all but the sender, at once, where it is news (S17). */
  type(socket: RoomsSocket, user: WireUser, typing: boolean): void {
    const now = performance.now()
    const isNews = typing ? this.#typists.start(socket, user, now) : this.#typists.stop(socket, now)
    if (isNews) this.#tellTyping(socket, user, typing)
  }

  /** The socket hears no more and types no more; it is a member until it leaves, or its user is back. */
  hangUp(socket: RoomsSocket, user: WireUser): void {
    this.unsubscribe(socket)
    if (this.#typists.leave(socket, performance.now())) this.#tellTyping(socket, user, false)
    this.#members.change((members) => members.lost(socket, user.id))
  }

  leave(socket: RoomsSocket, user: WireUser): void {
    this.#members.change((members) => members.leave(socket, user.id))
  }

  /** The user may not be here any more: nobody waits for those that were lost. */
  forgetLost(user: WireUser): void {
    this.#members.change((members) => members.forgetLost(user.id))
  }

  unsubscribe(socket: RoomsSocket): void {
    const left = socket.leave(channelOf(this.name)) // a promise with some adapters
    if (left instanceof Promise) left.catch((error) => this.#report(error, { during: 'leave', room: this.name }))
  }

  members(): { readonly v: number; readonly list: readonly WireMember[] } {
    return this.#members.snapshot()
  }

  /** The server closes: nothing is told later. */
  stop(): void {
    this.#members.stop()
  }

  async page(request: PageRequest): Promise<Page> {
    const page = await this.#log.page(this.name, request)
    this.#broadcast.stands(page)
    return page
  }

  async row(sender: Sender): Promise<SenderRow | undefined> {
    return await this.#log.row(this.name, sender)
  }

  /** Writes, then tells everyone, in the order of the log; undefined where the epoch is another (S4, S6). */
  commit(batch: Batch): Promise<Committed | undefined> {
    return this.#broadcast.after(() => this.#log.commit(this.name, batch))
  }

  /** The same for the server's own messages. */
  append(entries: readonly NewEntry[]): Promise<Appended> {
    return this.#broadcast.after(() => this.#log.append(this.name, entries))
  }

  /** S14: to all but its sender, at once, past the log. */
  relay(socket: RoomsSocket, event: string, data: unknown, from: WireUser): void {
    socket.to(channelOf(this.name)).emit(event, data, volatileMeta(this.name, from))
  }

  #tell(epoch: string, { event, data, seq, id, from, at }: Entry): void {
    const meta: WireMeta = { $room: this.name, epoch, seq, id, from, at }
    try {
      this.#emit(event, data, meta)
    } catch (error) {
      // It is in the log: members find the hole and fetch it, and its sender must not hear of a failure.
      this.#report(error, { during: 'broadcast', room: this.name, event })
    }
  }

  #emit(event: string, ...args: unknown[]): void {
    this.#host.to(channelOf(this.name)).emit(event, ...args)
  }

  #tellTyping(socket: RoomsSocket, from: WireUser, typing: boolean): void {
    const message: Typing = { room: this.name, from, typing }
    socket.to(channelOf(this.name)).emit(wire.typing, message)
  }

  #tellMembers(change: MembersChange, except: RoomsSocket | undefined): void {
    const delta: MembersDelta = { room: this.name, ...change }
    try {
      ;(except ?? this.#host).to(channelOf(this.name)).emit(wire.members, delta)
    } catch (error) {
      this.#report(error, { during: 'broadcast', room: this.name }) // members find that a `v` is missing, and ask
    }
  }
}

/** What goes with an event that has no place in the log. */
export function volatileMeta(room: string, from: WireUser | null): WireMeta {
  return { $room: room, from, at: Date.now() }
}
