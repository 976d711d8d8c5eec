import { assertIntegers } from '../assert-numbers.ts'
import { refuse } from '../refuse.ts'
import { banLimit, type BanOptions } from './ban-limits.ts'
import type { Appended, Ban, Batch, Committed, Page, PageRequest, RoomLog } from './log.ts'
import { MemoryBans } from './memory-bans.ts'
import { MemoryEntries } from './memory-entries.ts'
import { MemoryRows } from './memory-rows.ts'
import { type NewEntry, withSeq } from './new-entry.ts'
import { type RetentionBounds, retentionFor, type RetentionOption } from './retention.ts'
import { type RowOptions, rowLimits } from './row-limits.ts'
import { type Sender, type SenderRow, settle } from './sender-row.ts'

export interface MemoryLogOptions extends RowOptions, BanOptions {
  /** What a room keeps. Default: 10,000 entries of any age. */
  readonly retention?: RetentionOption
  /** The most bytes of JSON kept in a room. Default: 8 MiB. The newest entry is always kept. */
  readonly maxBytes?: number
  /** The most rooms kept. Default: 10,000. Beyond it the room unused for longest is forgotten; later it gets a new epoch. */
  readonly maxRooms?: number
}

/** Makes a bounded log in memory, which ends with the process. */
export function memoryLog(options: MemoryLogOptions = {}): RoomLog {
  return new MemoryLog(options)
}

class MemoryLog implements RoomLog {
  readonly dedupMs: number
  readonly #keep: (room: string) => RetentionBounds
  readonly #maxBytes: number
  readonly #maxRooms: number
  readonly #rows: MemoryRows
  readonly #bans: MemoryBans
  readonly #retained = new Map<string, MemoryEntries>()
  /** Rooms that are not retained, in the order of their release. */
  readonly #released = new Map<string, MemoryEntries>()

  constructor(options: MemoryLogOptions) {
    const { maxBytes = 8_388_608, maxRooms = 10_000, retention = {} } = options
    assertIntegers('memoryLog', { maxBytes, maxRooms })
    this.#maxBytes = maxBytes
    this.#maxRooms = maxRooms
    this.#keep = retentionFor('memoryLog', retention, 10_000)
    const limits = rowLimits('memoryLog', options)
    this.dedupMs = limits.dedupMs
    this.#rows = new MemoryRows(limits)
    this.#bans = new MemoryBans(banLimit('memoryLog', options))
  }

  commit(room: string, { epoch, sender, items }: Batch): Committed | undefined {
    const log = this.#open(room)
    if (epoch !== log.epoch) return undefined
    const step = settle(this.#rows.get(room, sender), items, log.head, Date.now())
    log.add(step.entries, this.#keep(room))
    if (step.row !== undefined) this.#rows.set(room, sender, step.row)
    return { epoch, head: log.head, results: step.results, entries: step.entries }
  }

  append(room: string, entries: readonly NewEntry[]): Appended {
    const log = this.#open(room)
    const added = withSeq(entries, log.head)
    log.add(added, this.#keep(room))
    return { epoch: log.epoch, head: log.head, entries: added }
  }

  row(room: string, sender: Sender): SenderRow | undefined {
    return this.#rows.get(room, sender)
  }

  page(room: string, request: PageRequest): Page {
    const log = this.#open(room)
    log.trim(this.#keep(room))
    return log.page(request)
  }

  ban(room: string, userId: string): Ban | undefined {
    return this.#bans.get(room, userId)
  }

  setBan(room: string, userId: string, ban: Ban | undefined): void {
    this.#bans.set(room, userId, ban)
  }

  newEpoch(): void {
    for (const logs of [this.#retained, this.#released]) for (const log of logs.values()) log.newEpoch()
  }

  retain(room: string): void {
    const log = this.#open(room)
    this.#released.delete(room)
    this.#retained.set(room, log)
  }

  release(room: string): void {
    const log = this.#retained.get(room)
    if (log === undefined) return
    this.#retained.delete(room)
    this.#released.set(room, log)
  }

  #open(room: string): MemoryEntries {
    const known = this.#retained.get(room) ?? this.#released.get(room)
    if (known !== undefined) return known
    this.#makeSpace()
    const log = new MemoryEntries(this.#maxBytes)
    this.#released.set(room, log)
    return log
  }

  #makeSpace(): void {
    if (this.#retained.size + this.#released.size < this.#maxRooms) return
    const [oldest] = this.#released.keys()
    if (oldest === undefined) throw refuse('LIMIT', `the server holds at most ${this.#maxRooms} rooms at a time`)
    this.#released.delete(oldest)
    // The recorded answers name places in the log that is gone.
    this.#rows.deleteRoom(oldest)
  }
}
