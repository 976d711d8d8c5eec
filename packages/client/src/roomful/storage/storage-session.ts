import { RoomfulError } from '@roomful/contract'
import type { OutboxStorageName } from '../../connection/connection-state.ts'
import { within } from '../../promises.ts'
import {
  byAge,
  type EntryKey,
  entryOf,
  keyOf,
  type PageIdentity,
  type StoredEntry,
  type StoredRecord,
} from './outbox-storage.ts'
import { EarlierEntries, type EarlierEntriesEvents } from './earlier-entries.ts'
import { LOCKS_MS, PageLocks } from './page-locks.ts'
import { type OpenStorage, PageRecords, type RecordAccess } from './page-records.ts'
import { enterTab, type TabPages } from './tab-pages.ts'

export type { EntryKey, PageIdentity, StoredEntry } from './outbox-storage.ts'

/** The session of one page with the storage of its outbox. Opens nothing before `begin`, `adopt`, `clear` or the first `save`. */
export interface StorageSession {
  /** Where messages are stored now: 'memory' before the storage is open and after it failed. */
  readonly storage: OutboxStorageName
  /** Opens the storage and counts the stored messages, for `waiting`. Call it when a connection is first sought. */
  begin(): void
  /**
   * Stores and removes in one step. Resolves whether that is stored; undefined where there is nothing to wait for (no
   * storage, or nothing was ever stored). Rejects with `TIMEOUT` where it may be stored later.
   */
  save(put: readonly StoredEntry[], remove: readonly EntryKey[]): Promise<boolean> | undefined
  /**
   * Takes over the entries that closed pages of this user left: oldest page first, each page's by n. Waits at most 1 s
   * for their locks. Never rejects.
   */
  adopt(user: string | null): Promise<readonly StoredEntry[]>
  /** Adopts nothing more until the next `adopt`; keeps the locks of what this page holds. */
  pause(): void
  /**
   * Removes from the storage every entry of this user (of every user, with undefined), also those that closed pages
   * left; entries of open pages stay. Rejects with `INTERNAL` where the storage fails.
   */
  clear(user: string | null | undefined): Promise<void>
  /**
   * Releases all locks and closes the channel and the storage when earlier changes are stored. Entries stay for the
   * next page.
   */
  close(): void
}

export interface StorageEvents extends EarlierEntriesEvents {
  /** A page closed after `adopt` returned: these entries are this page's now. */
  adopted(entries: readonly StoredEntry[]): void
  /** Another page has taken over the entries of this cid: this page must not send them any more. */
  lost(cid: string): void
  /** `storage` has changed. */
  moved(): void
  /** The storage cannot be used any more; messages stay in memory. Told once. */
  failed(error: unknown): void
  /** How many stored messages wait until the user is known; 0 once `adopt` has returned. Told when it changes. */
  waiting(count: number): void
}

/** Shares the storage with other pages: adopts their records under their locks, and stores its own under its own. */
export class PersistentSession implements StorageSession {
  storage: OutboxStorageName = 'memory'
  readonly #cid: string
  readonly #events: StorageEvents
  readonly #records: PageRecords
  readonly #locks: PageLocks
  readonly #enterTab: () => TabPages
  #tab: TabPages | undefined
  readonly #earlier: EarlierEntries
  /** The user whose entries were looked at, for those of earlier pages. */
  #earlierUser: string | null | undefined
  #hasStored = false
  /** The user whose entries are adopted; undefined while paused. */
  #user: string | null | undefined
  #hasAdopted = false
  #waiting = 0
  /** Collects the records that are taken over while `adopt` waits. */
  #arriving: StoredRecord[] | undefined
  #adopting: Promise<readonly StoredEntry[]> = Promise.resolve([])

  constructor(name: string, open: OpenStorage, page: PageIdentity, events: StorageEvents) {
    this.#cid = page.cid
    this.#enterTab = () => enterTab(name, page)
    this.#events = events
    this.#records = new PageRecords(async () => open(page.address), {
      opened: (storage) => this.#move(storage),
      failed: (error) => this.#fail(error),
    })
    this.#earlier = new EarlierEntries(events, () => this.#readSettled())
    this.#locks = new PageLocks(name, page, {
      acquired: (cid) => this.#takeOver(cid),
      lost: (cid) => this.#lose(cid),
    })
  }

  begin(): void {
    this.#enter()
    if (this.#records.isOpening || this.#hasAdopted) return
    const count = async ({ read }: RecordAccess): Promise<void> => this.#tellWaiting((await read()).length)
    this.#records.inTurn(count).catch(() => {}) // `failed` tells it
  }

  save(put: readonly StoredEntry[], remove: readonly EntryKey[]): Promise<boolean> | undefined {
    const { removed, isClosed, held } = this.#records
    if (removed || isClosed) {
      const mayBeStored = [...put, ...remove].some((key) => held.has(keyOf(key)))
      return mayBeStored ? (removed ?? Promise.resolve(false)) : undefined
    }
    this.#enter()
    if (put.length === 0 && !this.#hasStored) return undefined
    this.#hasStored = true
    return this.#records
      .inTurn((access) => this.#store(access, put, remove))
      .then(
        (isStored) => isStored ?? true,
        async (error: unknown) => {
          const isRemoved = (await this.#records.removed) ?? false
          if (!isRemoved && error instanceof RoomfulError && error.code === 'TIMEOUT') throw error
          return isRemoved
        },
      )
  }

  adopt(user: string | null): Promise<readonly StoredEntry[]> {
    this.#hasAdopted = true
    this.#enter()
    return (this.#adopting = this.#adopting.then(() => this.#adopt(user)))
  }

  pause(): void {
    this.#user = undefined
    this.#earlier.stop()
    this.#locks.pause()
    this.#records.afterTurns(() => {
      if (this.#user === undefined && this.#records.held.size === 0) this.#locks.close()
    })
  }

  async clear(user: string | null | undefined): Promise<void> {
    try {
      await this.#records.inTurn((access) => this.#clear(access, (other) => user === undefined || other === user))
    } catch (error) {
      throw new RoomfulError('INTERNAL', 'stored messages could not be removed', { cause: error })
    }
  }

  close(): void {
    this.pause()
    this.#records.afterTurns(() => this.#locks.close())
    this.#records.close()
  }

  async #store(access: RecordAccess, put: readonly StoredEntry[], remove: readonly EntryKey[]): Promise<boolean> {
    if (this.#records.removed) return this.#records.removed
    if (put.some(({ cid }) => cid === this.#cid)) await this.#locks.acquireOwn()
    const isOwn = ({ cid }: EntryKey): boolean => this.#locks.holds(cid)
    const removed = remove.filter(isOwn)
    await access.change(put.filter(isOwn), removed)
    this.#settled(removed)
    if (put.length > 0) this.#locks.announce()
    this.#releaseLocks(removed)
    return true
  }

  async #clear({ read, change }: RecordAccess, isTheirs: (user: string | null) => boolean): Promise<void> {
    const releases = new Map<string, () => void>()
    for (const cid of new Set((await read()).map((record) => record.cid))) {
      const release = this.#locks.holds(cid) ? undefined : await this.#locks.tryAcquire(cid)
      if (release) releases.set(cid, release)
    }
    try {
      const records = await read() // again, under the locks
      const isRemovable = ({ user, cid }: StoredRecord): boolean =>
        isTheirs(user) && (this.#locks.holds(cid) || releases.has(cid))
      const removed = [...records, ...this.#records.held.values()].filter(isRemovable)
      await change([], removed)
      this.#settled(removed)
      this.#releaseLocks(removed)
      this.#tellWaiting(records.filter((record) => !isRemovable(record)).length)
    } finally {
      for (const release of releases.values()) release()
    }
  }

  async #adopt(user: string | null): Promise<readonly StoredEntry[]> {
    if (this.#records.isClosed || this.#records.removed) return []
    const arriving: StoredRecord[] = []
    this.#user = user
    this.#arriving = arriving
    const stored = (await this.#records.inTurn(({ read }) => read()).catch(() => [])) ?? []
    if (this.#user !== undefined) {
      this.#findEarlier(user, stored)
      this.#locks.watch()
      const cids = new Set(stored.filter((record) => record.user === user).map(({ cid }) => cid))
      const takingOver = Promise.all([...cids].map((cid) => this.#locks.acquire(cid))).then(() => {})
      await within(LOCKS_MS, takingOver)
    }
    this.#arriving = undefined
    if (this.#user !== undefined) this.#earlier.begin()
    this.#tellWaiting(0)
    return arriving
      .filter((record) => this.#records.held.has(keyOf(record)))
      .sort(byAge)
      .map(entryOf)
  }

  /** Takes over this user's records of a closed page, and says whether this page holds any of that page's. */
  async #takeOver(cid: string): Promise<boolean> {
    const { held } = this.#records
    const take = async ({ read }: RecordAccess): Promise<void> => {
      const isNew = (record: StoredRecord): boolean => record.user === this.#user && !held.has(keyOf(record))
      const stored = await read()
      const records = stored.filter((record) => record.cid === cid && isNew(record))
      const [first] = records
      if (!first || !this.#locks.holds(cid)) return
      this.#hasStored = true
      if (this.#records.after.includes(cid)) this.#waitFor([cid], stored)
      this.#earlier.add(first, first.after ?? [], this.#user, stored)
      if (!this.#arriving) this.#earlier.show()
      for (const record of records) held.set(keyOf(record), record)
      if (this.#arriving) this.#arriving.push(...records)
      else this.#events.adopted(records.map(entryOf))
    }
    await this.#records.inTurn(take).catch(() => {}) // `failed` tells it
    return this.#records.holds(cid)
  }

  /** At once: a page that is reloaded a moment later is known to the next one. */
  #enter(): void {
    this.#tab ??= this.#enterTab()
    this.#records.after = this.#tab.earlier
  }

  /** What earlier pages of the tab have stored now goes before the messages of this page; what they store later does not count. */
  #findEarlier(user: string | null, stored: readonly StoredRecord[]): void {
    // The page before this one may still be storing what it has.
    const left = new Set([...stored.map(({ cid }) => cid), this.#records.after.at(-1)])
    this.#tab?.keep((cid) => left.has(cid))
    if (user === this.#earlierUser) return
    this.#earlierUser = user
    this.#earlier.clear()
    this.#waitFor(this.#records.after, stored)
  }

  #waitFor(pages: readonly string[], stored: readonly StoredRecord[]): void {
    this.#earlier.add({ cid: this.#cid, began: this.#records.began }, pages, this.#user, stored)
  }

  #settled(removed: readonly EntryKey[]): void {
    const keys = new Set(removed.map(keyOf))
    this.#earlier.settle((key) => keys.has(key))
  }

  async #readSettled(): Promise<(key: string) => boolean> {
    const stored = await this.#records.inTurn(async ({ read }) => new Set((await read()).map(keyOf)))
    return (key) => !stored?.has(key) && !this.#records.held.has(key)
  }

  /** Releases the locks of other pages of which no record is left. */
  #releaseLocks(removed: readonly EntryKey[]): void {
    for (const cid of new Set(removed.map((key) => key.cid)))
      if (cid !== this.#cid && !this.#records.holds(cid)) this.#locks.release(cid)
  }

  #lose(cid: string): void {
    const { held, isClosed } = this.#records
    for (const [key, record] of held) if (record.cid === cid) held.delete(key)
    if (isClosed) return
    this.#events.lost(cid)
    if (cid === this.#cid)
      void this.#records.giveUp(new RoomfulError('UNKNOWN', 'another page has taken the lock of this page'))
  }

  #fail(error: unknown): void {
    this.#user = undefined
    this.#earlier.clear()
    this.#locks.pause() // its locks stay held: another page must not send the stored copies
    this.#move('memory')
    this.#tellWaiting(0)
    this.#events.failed(error)
  }

  #move(storage: OutboxStorageName): void {
    if (storage === this.storage) return
    this.storage = storage
    this.#events.moved()
  }

  /** Once a user is known, the messages of other users are not counted. */
  #tellWaiting(stored: number): void {
    const count = this.#hasAdopted ? 0 : stored
    if (count === this.#waiting || this.#records.isClosed) return
    this.#waiting = count
    this.#events.waiting(count)
  }
}
