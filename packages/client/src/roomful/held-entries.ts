import { bytesOf, type Entry } from '@roomful/contract/protocol'

/** How much may be held while earlier messages are missing. The rest is fetched later. */
export interface HoldLimit {
  readonly entries: number
  readonly bytes: number
}

/** Messages of one epoch that came before an earlier one, by `seq`, within a limit. */
export class HeldEntries {
  readonly #limit: HoldLimit
  readonly #entries = new Map<number, Entry>()
  #bytes = 0

  constructor(limit: HoldLimit) {
    this.#limit = limit
  }

  /** Beyond the limit the entry is not kept. */
  add(entry: Entry): void {
    const { seq, data } = entry
    if (this.#entries.has(seq) || this.#entries.size >= this.#limit.entries) return
    const bytes = this.#bytes + bytesOf(data)
    if (bytes > this.#limit.bytes) return
    this.#entries.set(seq, entry)
    this.#bytes = bytes
  }

  take(seq: number): Entry | undefined {
    const entry = this.#entries.get(seq)
    if (entry) this.#delete(entry)
    return entry
  }

  deleteUpTo(seq: number): void {
    for (const entry of this.#entries.values()) if (entry.seq <= seq) this.#delete(entry)
  }

  clear(): void {
    this.#entries.clear()
    this.#bytes = 0
  }

  #delete({ seq, data }: Entry): void {
    this.#entries.delete(seq)
    this.#bytes -= bytesOf(data)
  }
}
