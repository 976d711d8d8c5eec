import type { Page, PageRequest } from './log.ts'
import { fitPage, type Sized } from './fit-page.ts'
import { type LogEntry, type LogHead, redacted } from './log-entry.ts'
import { type Epochs, nextEpochs } from './lineage.ts'
import { MemoryAmendments } from './memory-amendments.ts'
import type { RetentionBounds } from './retention.ts'

interface StoredEntry extends Sized {
  readonly entry: LogEntry
}

/** The newest entries of one room, in memory. */
export class MemoryEntries {
  readonly #maxBytes: number
  readonly #kept = new Map<number, StoredEntry>()
  readonly #amendments = new MemoryAmendments()
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

  /** Adds entries that follow the head, and gives them as they are stored. */
  add(entries: readonly LogEntry[], keep: RetentionBounds): readonly LogEntry[] {
    const stored = entries.map((entry) =>
      entry.amends !== undefined && this.find(entry.amends.seq)?.redacted ? redacted(entry) : entry,
    )
    for (const entry of stored) {
      this.#set(entry)
      const { amends, seq, count } = entry
      if (amends !== undefined && this.#kept.has(amends.seq)) this.#amendments.add(seq, amends)
      this.#head = seq
      this.#count = count
      this.trim(keep)
    }
    return stored
  }

  find(seq: number): LogEntry | undefined {
    return this.#kept.get(seq)?.entry
  }

  /** Deletes the data of an entry and of its amendments. */
  redact(seq: number): void {
    for (const one of [seq, ...this.#amendments.all(seq)]) {
      const entry = this.find(one)
      if (entry !== undefined) this.#set(redacted(entry))
    }
  }

  trim({ maxEntries, since }: RetentionBounds): void {
    for (const [seq, { entry, bytes }] of this.#kept) {
      const fits = this.#kept.size === 1 || (this.#kept.size <= maxEntries && this.#bytes <= this.#maxBytes)
      if (fits && entry.at >= since) return
      this.#kept.delete(seq)
      this.#amendments.delete(seq)
      this.#bytes -= bytes
    }
  }

  page(request: PageRequest): Page {
    const position = { first: this.#first, ...this.position }
    const [from, step] =
      'after' in request
        ? ([Math.max(request.after + 1, position.first), 1] as const)
        : ([Math.min(request.before - 1, position.head), -1] as const)
    const { entries, amendments } = fitPage(this.#take(from, step, request), (seq) => this.#newest(seq), request.bytes)
    const taken = entries.map(({ entry }) => entry)
    const amending = amendments.flatMap(({ seq }) => this.find(seq) ?? [])
    return {
      entries: step === 1 ? taken : taken.toReversed(),
      ...(amending.length > 0 && { amendments: amending }),
      ...position,
    }
  }

  get #first(): number {
    return this.#head - this.#kept.size + 1
  }

  /** As many as fit without their amendments. */
  #take(from: number, step: 1 | -1, { limit, bytes }: PageRequest): StoredEntry[] {
    const taken: StoredEntry[] = []
    let left = bytes
    for (let seq = from; taken.length < limit; seq += step) {
      const kept = this.#kept.get(seq)
      if (kept === undefined || (kept.bytes > left && taken.length > 0)) break
      taken.push(kept)
      left -= kept.bytes
    }
    return taken
  }

  #newest(target: number): StoredEntry[] {
    return Array.from(this.#amendments.newest(target), (seq) => this.#kept.get(seq)).filter(
      (kept) => kept !== undefined && !kept.entry.redacted,
    ) as StoredEntry[]
  }

  /** In its place, which is the end for a new entry. */
  #set(entry: LogEntry): void {
    const bytes = Buffer.byteLength(JSON.stringify(entry))
    this.#bytes += bytes - (this.#kept.get(entry.seq)?.bytes ?? 0)
    this.#kept.set(entry.seq, { entry, seq: entry.seq, bytes })
  }
}
