import { assertIntegers } from '../assert-numbers.ts'
import { banLimit, type BanOptions } from './ban-limits.ts'
import type { Appended, Ban, Batch, Committed, LogListener, Page, PageRequest, RoomLog } from './log.ts'
import { LogListeners } from './log-listeners.ts'
import { MemoryBans } from './memory-bans.ts'
import { MemoryRooms } from './memory-rooms.ts'
import { MemoryRows } from './memory-rows.ts'
import { type LogHead, type NewEntry, placeAfter, placeEntries } from './log-entry.ts'
import { type RetentionBounds, retentionFor, type RetentionOption } from './retention.ts'
import { type RowOptions, rowLimits } from './row-limits.ts'
import { type Sender, type SenderRow, settle } from './sender-row.ts'

export interface MemoryLogOptions extends RowOptions, BanOptions {
  /** What a room keeps. Default: 10,000 entries of any age. */
  readonly retention?: RetentionOption
  /** The most bytes of JSON kept in a room. Default: 8 MiB. The newest entry is always kept. */
  readonly maxBytes?: number
  /**
   * The most rooms with messages. Default: 10,000. Beyond it the room unused for longest is forgotten; later it gets a new epoch.
   * An address, or a user without a known address, that began a twentieth of all rooms has its own rooms forgotten first.
   */
  readonly maxRooms?: number
}

/** Makes a bounded log in memory, which ends with the process. */
export function memoryLog(options: MemoryLogOptions = {}): RoomLog {
  return new MemoryLog(options)
}

class MemoryLog implements RoomLog {
  readonly dedupMs: number
  readonly durability = 'memory'
  readonly #keep: (room: string) => RetentionBounds
  readonly #rows: MemoryRows
  readonly #bans: MemoryBans
  readonly #rooms: MemoryRooms
  readonly #listeners = new LogListeners()

  constructor(options: MemoryLogOptions) {
    const { maxBytes = 8_388_608, maxRooms = 10_000, retention = {} } = options
    assertIntegers('memoryLog', { maxBytes, maxRooms })
    this.#keep = retentionFor('memoryLog', retention, 10_000)
    const limits = rowLimits('memoryLog', options)
    this.dedupMs = limits.dedupMs
    this.#rows = new MemoryRows(limits)
    this.#bans = new MemoryBans(banLimit('memoryLog', options))
    // The recorded answers of a room name places in its log.
    this.#rooms = new MemoryRooms({ maxRooms, maxBytes, onForget: (room) => this.#rows.deleteRoom(room) })
  }

  commit(room: string, { epoch, sender, items }: Batch): Committed | undefined {
    const before = this.#rooms.positionOf(room)
    if (epoch !== undefined && epoch !== before.epoch) return undefined
    const keep = this.#keep(room)
    const { results, entries, row } = settle(this.#rows.get(room, sender), items, before, Date.now())
    const stored = row === undefined ? entries : this.#rooms.open(room, sender).add(entries, keep)
    if (row !== undefined) this.#rows.set(room, sender, row)
    const committed = { epoch: before.epoch, ...placeAfter(stored, before), results, entries: stored }
    this.#listeners.call(room, committed)
    return committed
  }

  redact(room: string, seq: number, entry: NewEntry): Appended | undefined {
    const log = this.#rooms.find(room)
    log?.trim(this.#keep(room))
    const target = log?.find(seq)
    if (log === undefined || target === undefined) return undefined
    const entries = target.redacted ? [] : placeEntries([entry], log.position)
    log.redact(seq)
    log.add(entries, this.#keep(room))
    const { epoch, head, count } = log.position
    const appended = { epoch, head, count, entries }
    this.#listeners.call(room, appended)
    return appended
  }

  row(room: string, sender: Sender): SenderRow | undefined {
    this.#rooms.assertSpace(room, sender)
    return this.#rows.get(room, sender)
  }

  page(room: string, request: PageRequest): Page {
    const log = this.#rooms.find(room)
    if (log === undefined) return { first: 1, entries: [], ...this.#rooms.positionOf(room) }
    log.trim(this.#keep(room))
    return log.page(request)
  }

  heads(rooms: readonly string[]): readonly LogHead[] {
    return rooms.map((room) => this.#rooms.positionOf(room))
  }

  ban(room: string, userId: string): Ban | undefined {
    return this.#bans.get(room, userId)
  }

  setBan(room: string, userId: string, ban: Ban | undefined): void {
    this.#bans.set(room, userId, ban)
  }

  newEpoch(): void {
    this.#rooms.newEpoch()
  }

  subscribe(room: string, listener: LogListener): () => void {
    this.#rooms.use(room)
    const unsubscribe = this.#listeners.add(room, listener)
    return () => {
      unsubscribe()
      if (!this.#listeners.has(room)) this.#rooms.release(room)
    }
  }
}
