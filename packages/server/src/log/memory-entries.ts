import type { Page, PageRequest } from './log.ts'
import type { LogEntry, LogHead } from './log-entry.ts'
import { type Epochs, nextEpochs } from './lineage.ts'
import type { RetentionBounds } from './retention.ts'

interface StoredEntry {
  readonly entry: LogEntry
  readonly bytes: number
}

/** The newest entries of one room, in memory. */
export class MemoryEntries {
  readonly #maxBytes: number
  readonly #kept = new Map<number, StoredEntry>()
  #epochs: Epochs
  #bytes = 0
  #head = 0
  #count = 0

  constructor(epochs: Epochs, maxBytes: number) {
    this.#epochs = epochs
    this.#maxBytes = maxBytes
  }

  get position(): LogHead {
    return { head: this.#head, count: this.#count, ...this.#epochs }
  }

  newEpoch(epoch: string): void {
    this.#epochs = nextEpochs(this.#epochs, this.#head, epoch)
  }

  /** Adds entries that follow the head. */
  add(entries: readonly LogEntry[], keep: RetentionBounds): void {
    for (const entry of entries) {
      const bytes = Buffer.byteLength(JSON.stringify(entry))
      this.#kept.set(entry.seq, { entry, bytes })
      this.#bytes += bytes
      this.#head = entry.seq
      this.#count = entry.count
      this.trim(keep)
    }
  }

  trim({ maxEntries, since }: RetentionBounds): void {
    for (const [seq, { entry, bytes }] of this.#kept) {
      const fits = this.#kept.size === 1 || (this.#kept.size <= maxEntries && this.#bytes <= this.#maxBytes)
      if (fits && entry.at >= since) return
      this.#kept.delete(seq)
      this.#bytes -= bytes
    }
  }

  page(request: PageRequest): Page {
    const position = { first: this.#first, ...this.position }
    if ('after' in request) {
      const from = Math.max(request.after + 1, position.first)
      return { entries: this.#take(from, 1, request), ...position }
    }
    const from = Math.min(request.before - 1, position.head)
    return { entries: this.#take(from, -1, request).toReversed(), ...position }
  }

  get #first(): number {
    return this.#head - this.#kept.size + 1
  }

  #take(from: number, step: 1 | -1, { limit, bytes }: PageRequest): LogEntry[] {
    const taken: LogEntry[] = []
    let left = bytes
    for (let seq = from; taken.length < limit; seq += step) {
      const kept = this.#kept.get(seq)
      if (kept === undefined || (kept.bytes > left && taken.length > 0)) break
      taken.push(kept.entry)
      left -= kept.bytes
    }
    return taken
  }
}
