import type { EntryKey, StoredEntry } from '../../../src/roomful/storage/storage-session.ts'

/** A storage transaction. */
export interface Saving {
  readonly put: readonly StoredEntry[]
  readonly remove: readonly EntryKey[]
}

/** A message that was given to `emit`, and the facts that only the model knows. */
export interface Sent {
  readonly id: number
  /** The id that the message was given at `emit`. */
  readonly messageId: string
  key?: EntryKey
  /** The tab, over its reloads; a number of its own where another tab has adopted the message. */
  line: number
  readonly page: number
  readonly room: number
  isStored: boolean
  /** Left in the storage by a page that could not mark it as sent. */
  isLeft: boolean
  /** An earlier version of the client stored it, without an id. */
  hasLostId: boolean
}

/** The browser's storage and its locks, shared by all tabs. */
export class Disk {
  /** By page, in the order of their first write. */
  readonly #stored = new Map<string, Map<number, StoredEntry>>()
  readonly #owners = new Map<string, number>()
  readonly #sent: readonly Sent[]

  constructor(sent: readonly Sent[]) {
    this.#sent = sent
  }

  write({ put, remove }: Saving): void {
    for (const { cid, n } of remove) {
      const entry = this.#stored.get(cid)?.get(n)
      if (!entry) continue
      // A page that dies here knew the outcome, and had no caller left to tell.
      this.#sentOf(entry).isStored = false
      this.#stored.get(cid)?.delete(n)
    }
    for (const entry of put) {
      const entries = this.#stored.get(entry.cid) ?? new Map<number, StoredEntry>()
      this.#stored.set(entry.cid, entries.set(entry.n, entry))
      this.#sentOf(entry).isStored = true
    }
  }

  lock(cid: string, page: number): void {
    this.#owners.set(cid, page)
  }

  unlockAll(page: number): void {
    for (const [cid, owner] of this.#owners) if (owner === page) this.#owners.delete(cid)
  }

  /** An earlier version of the client has stored what closed pages left: entries without an id. */
  removeIds(): void {
    for (const [cid, entries] of this.#stored) {
      if (this.#owners.has(cid)) continue
      for (const [n, { id: _, ...entry }] of entries) {
        this.#sentOf(entry).hasLostId = true
        entries.set(n, entry)
      }
    }
  }

  /** The storage of this page failed: it is emptied, or keeps its entries until the page is gone, out of their order. */
  abandon(page: number, isEmptied: boolean): void {
    const entries = this.left().filter(({ cid }) => this.#owners.get(cid) === page)
    if (isEmptied) return this.write({ put: [], remove: entries })
    for (const entry of entries) {
      const sent = this.#sentOf(entry)
      sent.line = -1 - sent.id
      sent.isLeft = true
    }
  }

  /** Whether an entry that is to be changed is stored. */
  has({ put, remove }: Saving): boolean {
    return [...put, ...remove].some(({ cid, n }) => this.#stored.get(cid)?.has(n))
  }

  left(): StoredEntry[] {
    return [...this.#stored.values()].flatMap((entries) => [...entries.values()])
  }

  /** The entries of closed pages, oldest page first. */
  adopt(page: number): StoredEntry[] {
    const free = [...this.#stored].filter(([cid, entries]) => !this.#owners.has(cid) && entries.size > 0)
    return free.flatMap(([cid, entries]) => {
      this.lock(cid, page)
      return [...entries.values()].toSorted((a, b) => a.n - b.n)
    })
  }

  #sentOf({ data }: StoredEntry): Sent {
    return this.#sent[data as number]!
  }
}
