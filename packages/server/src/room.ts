import { randomInt } from 'node:crypto'
import { type Entry, type WireMember, type WireMeta, type WireUser, wire } from '@roomful/contract'
import { Broadcast } from './broadcast.ts'
import { channelOf, type RoomsHost, type RoomsSocket } from './host.ts'
import type { Appended, Batch, Committed, Page, PageRequest, RoomLog } from './log/log.ts'
import type { NewEntry } from './log/new-entry.ts'
import type { Sender, SenderRow } from './log/sender-row.ts'
import { Members, type MembersChange } from './members.ts'
import type { Report } from './report.ts'

/** One room: who is in it, and the one way into its log and out to its members. */
export class Room {
  readonly name: string
  readonly #host: RoomsHost
  readonly #log: RoomLog
  readonly #report: Report
  // S15: random and high, so that what an earlier process said never fits.
  readonly #members = new Members(randomInt(2 ** 32, 2 ** 47))
  readonly #broadcast: Broadcast

  constructor(name: string, host: RoomsHost, log: RoomLog, report: Report) {
    this.name = name
    this.#host = host
    this.#log = log
    this.#report = report
    this.#broadcast = new Broadcast({
      page: async (request) => await log.page(name, request),
      tell: (epoch, entry) => this.#tell(epoch, entry),
      failed: (error) => report(error, { during: 'broadcast', room: name }),
    })
  }

  async enter(socket: RoomsSocket, user: WireUser): Promise<void> {
    const joined = socket.join(channelOf(this.name))
    const change = this.#members.enter(socket.id, user)
    if (change !== undefined) socket.to(channelOf(this.name)).emit(wire.members, this.#delta(change))
    await joined
  }

  leave(socket: RoomsSocket, user: WireUser): void {
    this.#unsubscribe(socket)
    const change = this.#members.leave(socket.id, user.id)
    if (change !== undefined) this.#emit(wire.members, this.#delta(change))
  }

  members(): { readonly v: number; readonly list: readonly WireMember[] } {
    return this.#members.snapshot()
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

  #unsubscribe(socket: RoomsSocket): void {
    const left = socket.leave(channelOf(this.name)) // a promise with some adapters
    if (left instanceof Promise) left.catch((error) => this.#report(error, { during: 'leave', room: this.name }))
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

  #delta(change: MembersChange): MembersChange & { room: string } {
    return { room: this.name, ...change }
  }
}

/** What goes with an event that has no place in the log. */
export function volatileMeta(room: string, from: WireUser | null): WireMeta {
  return { $room: room, from, at: Date.now() }
}
