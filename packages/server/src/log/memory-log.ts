import { randomBytes } from 'node:crypto'
import type { Entry } from '@roomful/contract'
import { assertCounts } from '../counts.ts'
import { refuse } from '../refuse.ts'
import type { Batch, Committed, NewEntry, Page, PageRequest, RoomLog } from './log.ts'

export interface MemoryLogOptions {
  /** Entries kept a room; 10,000 unless given. */
  readonly maxEntries?: number
  /** Bytes of JSON kept a room; 8 MiB unless given. The newest entry is always kept. */
  readonly maxBytes?: number
  /** Rooms kept; 10,000 unless given. Beyond it the one left longest ago is forgotten, and returns with a new epoch. */
  readonly maxRooms?: number
}

type Bounds = Required<MemoryLogOptions>
const DEFAULTS: Bounds = { maxEntries: 10_000, maxBytes: 8_388_608, maxRooms: 10_000 }

/** A log in memory: bounded, and gone with the process. */
export function memoryLog(options: MemoryLogOptions = {}): RoomLog {
  const bounds = { ...DEFAULTS, ...options }
  assertCounts('memoryLog', bounds)
  return new MemoryLog(bounds)
}

class MemoryLog implements RoomLog {
  readonly #bounds: Bounds
  readonly #inUse = new Map<string, Entries>()
  /** In the order in which they were left. */
  readonly #left = new Map<string, Entries>()

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  commit(room: string, { epoch, entries }: Batch): Committed | undefined {
    const log = this.#open(room)
    if (epoch !== undefined && epoch !== log.epoch) return undefined
    return { epoch: log.epoch, entries: entries.map((entry) => log.append(entry)) }
  }

  page(room: string, request: PageRequest): Page {
    return this.#open(room).page(request)
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

  #open(room: string): Entries {
    const known = this.#inUse.get(room) ?? this.#left.get(room)
    if (known !== undefined) return known
    this.#makeSpace()
    const log = new Entries(this.#bounds)
    this.#left.set(room, log)
    return log
  }

  #makeSpace(): void {
    if (this.#inUse.size + this.#left.size < this.#bounds.maxRooms) return
    const [oldest] = this.#left.keys()
    if (oldest === undefined) throw refuse('LIMIT', `the server holds at most ${this.#bounds.maxRooms} rooms at a time`)
    this.#left.delete(oldest)
  }
}

interface Kept {
  readonly entry: Entry
  readonly bytes: number
}

/** One room's entries, the last ones up to the head. */
class Entries {
  readonly epoch: string = randomBytes(12).toString('base64url')
  readonly #bounds: Bounds
  readonly #kept = new Map<number, Kept>()
  #bytes = 0
  #head = 0

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  append(entry: NewEntry): Entry {
    const placed = { ...entry, seq: ++this.#head }
    const bytes = Buffer.byteLength(JSON.stringify(placed))
    this.#kept.set(placed.seq, { entry: placed, bytes })
    this.#bytes += bytes
    this.#trim()
    return placed
  }

  page(request: PageRequest): Page {
    const position = { epoch: this.epoch, head: this.#head, first: this.#first }
    if ('after' in request) {
      const from = Math.max(request.after + 1, position.first)
      return { ...position, entries: this.#take(from, 1, request) }
    }
    const from = Math.min(request.before - 1, position.head)
    return { ...position, entries: this.#take(from, -1, request).toReversed() }
  }

  get #first(): number {
    return this.#head - this.#kept.size + 1
  }

  #take(from: number, step: 1 | -1, { limit, bytes }: PageRequest): Entry[] {
    const taken: Entry[] = []
    let left = bytes
    for (let seq = from; taken.length < limit; seq += step) {
      const kept = this.#kept.get(seq)
      if (kept === undefined || (kept.bytes > left && taken.length > 0)) break
      taken.push(kept.entry)
      left -= kept.bytes
    }
    return taken
  }

  #trim(): void {
    const { maxEntries, maxBytes } = this.#bounds
    for (const [seq, { bytes }] of this.#kept) {
      if (this.#kept.size === 1 || (this.#kept.size <= maxEntries && this.#bytes <= maxBytes)) return
      this.#kept.delete(seq)
      this.#bytes -= bytes
    }
  }
}
