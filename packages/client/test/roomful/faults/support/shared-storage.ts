import type { OutboxOption } from '@roomful/client'
import type { EntryKey, StorageEvents, StoredEntry } from '../../../../src/roomful/storage/storage-session.ts'
import { outboxOver, type SimulatedStorage } from '../../storage/support/session-over.ts'

/** A page with its outbox in the storage. */
export interface Page {
  readonly outbox: OutboxOption
  /** The page is gone: it stores and hears nothing more, and its locks are free. */
  close(): void
}

interface Stored {
  readonly entry: StoredEntry
  /** How many pages were there before the one that made it. */
  readonly page: number
}

/** A browser's storage and locks, which outlive the pages; of one server, so that urls do not count. */
export class SharedStorage {
  readonly #entries = new Map<string, Stored>()
  /** Whose page each cid is now: its own, or the one that took it over. */
  readonly #owners = new Map<string, PageStorage>()
  readonly #pages: PageStorage[] = []

  /** What is in it, the oldest page's first. */
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

  /** The same on another machine: what was in it, and no locks. */
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

  /** Gives this page what is the user's and whose page is gone. */
  take(page: PageStorage, user: string | null): readonly StoredEntry[] {
    const orphans = this.entries.filter((entry) => entry.user === user && !this.#owners.has(entry.cid))
    for (const { cid } of orphans) this.#owners.set(cid, page)
    return orphans
  }

  leave(gone: PageStorage): void {
    for (const [cid, page] of this.#owners) if (page === gone) this.#owners.delete(cid)
    for (const page of this.#pages) page.lookAround()
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

  lookAround(): void {
    if (this.#isClosed || this.#user === undefined) return
    const orphans = this.#storage.take(this, this.#user)
    if (orphans.length > 0) this.#events.adopted(orphans)
  }

  pause(): void {
    this.#user = undefined
  }

  close(): void {
    this.#isClosed = true
    this.#storage.leave(this)
  }
}

/** A storage answers later, if only by a moment. */
function moment(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function keyOf({ cid, n }: Pick<StoredEntry, 'cid' | 'n'>): string {
  return `${cid}:${n}`
}
