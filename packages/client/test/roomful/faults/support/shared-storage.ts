import type { OutboxOption } from '@roomful/client'
import type { EntryKey, StorageEvents, StoredEntry } from '../../../../src/roomful/storage/storage-session.ts'
import { outboxOver, type SimulatedStorage } from '../../storage/support/session-over.ts'

/** A page with its outbox in the storage. */
export interface Page {
  readonly outbox: OutboxOption
  /** Closes the page: it stores nothing more, and its locks are free. */
  close(): void
}

interface Stored {
  readonly entry: StoredEntry
  /** The number of the page that made it. */
  readonly page: number
}

/** A browser's storage and locks, for one server. They outlive the pages. */
export class SharedStorage {
  readonly #entries = new Map<string, Stored>()
  /** By cid: the page that holds its lock, which is its own page or an adopter. */
  readonly #owners = new Map<string, PageStorage>()
  readonly #pages: PageStorage[] = []

  /** All entries, the oldest page's first. */
  get entries(): readonly StoredEntry[] {
    const stored = [...this.#entries.values()].sort((a, b) => a.page - b.page || a.entry.n - b.entry.n)
    return stored.map(({ entry }) => entry)
  }

  openPage(): Page {
    let page: PageStorage | undefined
    const outbox = outboxOver(({ cid }, events) => {
      page = new PageStorage(this, events)
      this.#owners.set(cid, page)
      this.#pages.push(page)
      return page
    })
    return { outbox, close: () => page?.close() }
  }

  /** A copy of the entries on another machine, without locks. */
  clone(): SharedStorage {
    const other = new SharedStorage()
    for (const [key, stored] of this.#entries) other.#entries.set(key, stored)
    return other
  }

  change(page: PageStorage, put: readonly StoredEntry[], remove: readonly EntryKey[]): void {
    for (const key of remove) this.#entries.delete(keyOf(key))
    for (const entry of put) {
      const number = this.#entries.get(keyOf(entry))?.page ?? this.#pages.indexOf(page)
      this.#entries.set(keyOf(entry), { entry, page: number })
    }
  }

  /** Gives the page the user's entries of closed pages. */
  take(page: PageStorage, user: string | null): readonly StoredEntry[] {
    const orphans = this.entries.filter((entry) => entry.user === user && !this.#owners.has(entry.cid))
    for (const { cid } of orphans) this.#owners.set(cid, page)
    return orphans
  }

  release(closed: PageStorage): void {
    for (const [cid, page] of this.#owners) if (page === closed) this.#owners.delete(cid)
    for (const page of this.#pages) page.adoptLater()
  }
}

class PageStorage implements SimulatedStorage {
  readonly #storage: SharedStorage
  readonly #events: StorageEvents
  #user: string | null | undefined
  #isClosed = false

  constructor(storage: SharedStorage, events: StorageEvents) {
    this.#storage = storage
    this.#events = events
  }

  async store(put: readonly StoredEntry[], remove: readonly EntryKey[]): Promise<void> {
    await moment()
    if (this.#isClosed) return new Promise(() => {})
    this.#storage.change(this, put, remove)
    return moment()
  }

  async adopt(user: string | null): Promise<readonly StoredEntry[]> {
    await moment()
    this.#user = user
    return this.#isClosed ? [] : this.#storage.take(this, user)
  }

  adoptLater(): void {
    if (this.#isClosed || this.#user === undefined) return
    const orphans = this.#storage.take(this, this.#user)
    if (orphans.length > 0) this.#events.adopted(orphans)
  }

  pause(): void {
    this.#user = undefined
  }

  close(): void {
    this.#isClosed = true
    this.#storage.release(this)
  }
}

/** A storage never answers in the same task. */
function moment(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function keyOf({ cid, n }: Pick<StoredEntry, 'cid' | 'n'>): string {
  return `${cid}:${n}`
}
