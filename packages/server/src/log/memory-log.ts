import { assertCounts } from '../counts.ts'
import { refuse } from '../refuse.ts'
import type { Appended, Batch, Committed, Page, PageRequest, RoomLog } from './log.ts'
import { MemoryEntries } from './memory-entries.ts'
import { MemoryRows } from './memory-rows.ts'
import { type NewEntry, placed } from './new-entry.ts'
import { type Keep, keeper, type RetentionOption } from './retention.ts'
import { type RowOptions, rowLimits } from './row-limits.ts'
import { type Sender, type SenderRow, settle } from './sender-row.ts'

export interface MemoryLogOptions extends RowOptions {
  /** What a room keeps: 10,000 entries of any age unless given. */
  readonly retention?: RetentionOption
  /** Bytes of JSON kept a room; 8 MiB unless given. The newest entry is always kept. */
  readonly maxBytes?: number
  /** Rooms kept; 10,000 unless given. Beyond it the one left longest ago is forgotten, and returns with a new epoch. */
  readonly maxRooms?: number
}

/** A log in memory: bounded, and gone with the process. */
export function memoryLog(options: MemoryLogOptions = {}): RoomLog {
  return new MemoryLog(options)
}

class MemoryLog implements RoomLog {
  readonly dedupMs: number
  readonly #keep: (room: string) => Keep
  readonly #maxBytes: number
  readonly #maxRooms: number
  readonly #rows: MemoryRows
  readonly #inUse = new Map<string, MemoryEntries>()
  /** In the order in which they were left. */
  readonly #left = new Map<string, MemoryEntries>()

  constructor(options: MemoryLogOptions) {
    const { maxBytes = 8_388_608, maxRooms = 10_000, retention = {} } = options
    assertCounts('memoryLog', { maxBytes, maxRooms })
    this.#maxBytes = maxBytes
    this.#maxRooms = maxRooms
    this.#keep = keeper('memoryLog', retention, 10_000)
    const limits = rowLimits('memoryLog', options)
    this.dedupMs = limits.dedupMs
    this.#rows = new MemoryRows(limits)
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
    const added = placed(entries, log.head)
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

  newEpoch(): void {
    for (const logs of [this.#inUse, this.#left]) for (const log of logs.values()) log.newEpoch()
  }

  retain(room: string): void {
    const log = this.#open(room)
    this.#left.delete(room)
    this.#inUse.set(room, log)
  }

  release(room: string): void {
    const log = this.#inUse.get(room)
    if (log === undefined) return
    this.#inUse.delete(room)
    this.#left.set(room, log)
  }

  #open(room: string): MemoryEntries {
    const known = this.#inUse.get(room) ?? this.#left.get(room)
    if (known !== undefined) return known
    this.#makeSpace()
    const log = new MemoryEntries(this.#maxBytes)
    this.#left.set(room, log)
    return log
  }

  #makeSpace(): void {
    if (this.#inUse.size + this.#left.size < this.#maxRooms) return
    const [oldest] = this.#left.keys()
    if (oldest === undefined) throw refuse('LIMIT', `the server holds at most ${this.#maxRooms} rooms at a time`)
    this.#left.delete(oldest)
    // What senders were answered speaks of places in the log that is gone.
    this.#rows.forgetRoom(oldest)
  }
}
