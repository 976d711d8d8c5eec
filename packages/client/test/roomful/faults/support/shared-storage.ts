import type { OutboxOption } from '@roomful/client'
import type { Keeper, KeeperEvents, OutboxChange, StoredEntry } from '../../../../src/roomful/storage/keeper.ts'
import { type OpenKeeper, outboxIn } from '../../../../src/roomful/storage/safekeeping.ts'

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
  readonly #owners = new Map<string, PageKeeper>()
  readonly #keepers: PageKeeper[] = []

  /** What is in it, the oldest page's first. */
  get entries(): readonly StoredEntry[] {
    const stored = [...this.#entries.values()].sort((a, b) => a.page - b.page || a.entry.n - b.entry.n)
    return stored.map(({ entry }) => entry)
  }

  openPage(): Page {
    let keeper: PageKeeper | undefined
    const open: OpenKeeper = async ({ cid }, events) => {
      keeper = new PageKeeper(this, events)
      this.#owners.set(cid, keeper)
      this.#keepers.push(keeper)
      return keeper
    }
    return { outbox: outboxIn(open), close: () => keeper?.close() }
  }

  /** The same on another machine: what was in it, and nobody's locks. */
  clone(): SharedStorage {
    const other = new SharedStorage()
    for (const [key, stored] of this.#entries) other.#entries.set(key, stored)
    return other
  }

  change(keeper: PageKeeper, { put, remove }: OutboxChange): void {
    for (const key of remove) this.#entries.delete(keyOf(key))
    for (const entry of put) {
      const page = this.#entries.get(keyOf(entry))?.page ?? this.#keepers.indexOf(keeper)
      this.#entries.set(keyOf(entry), { entry, page })
    }
  }

  /** Gives this page what is the user's and whose page is gone. */
  take(keeper: PageKeeper, user: string | null): readonly StoredEntry[] {
    const orphans = this.entries.filter((entry) => entry.user === user && !this.#owners.has(entry.cid))
    for (const { cid } of orphans) this.#owners.set(cid, keeper)
    return orphans
  }

  leave(gone: PageKeeper): void {
    for (const [cid, keeper] of this.#owners) if (keeper === gone) this.#owners.delete(cid)
    for (const keeper of this.#keepers) keeper.lookAround()
  }
}

class PageKeeper implements Keeper {
  readonly place = 'indexedDB'
  readonly #storage: SharedStorage
  readonly #events: KeeperEvents
  #user: string | null | undefined
  #isClosed = false

  constructor(storage: SharedStorage, events: KeeperEvents) {
    this.#storage = storage
    this.#events = events
  }

  async store(change: OutboxChange): Promise<void> {
    await moment()
    if (this.#isClosed) return new Promise(() => {})
    this.#storage.change(this, change)
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

  rest(): void {
    this.#user = undefined
  }

  forget(): Promise<void> {
    return Promise.reject(new Error('this storage never fails, so nobody asks it to forget'))
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
