import { RoomfulError } from '@roomful/contract'
import { untilDone, within } from '../promises.ts'
import type { Keeper, KeeperEvents, OutboxChange, StoredEntry } from './keeper.ts'
import {
  byAge,
  changed,
  entryOf,
  type Records,
  type RecordStorage,
  recordsIn,
  type StoredRecord,
} from './keeper-records.ts'
import { keyOf } from './message.ts'
import { LOCKS_MS, OtherPages } from './other-pages.ts'
import type { PageLock } from './page-locks.ts'

/** A storage that takes longer hangs. */
const STORAGE_MS = 10_000

export interface Owner {
  readonly cid: string
  readonly channel: string
  readonly lockName: (cid: string) => string
  readonly lock: PageLock
}

/** Keeps this page's entries, and those of pages that are gone: only ever under a lock that says so. */
export class KeeperInStorage implements Keeper {
  readonly place: Keeper['place']
  readonly #storage: RecordStorage
  readonly #owner: Owner
  readonly #events: KeeperEvents
  readonly #others: OtherPages
  readonly #began = Date.now()
  /** What we have in the storage. */
  #records: Records = new Map()
  /** Whose entries of which pages were handed over. */
  readonly #adopted = new Map<string, Set<string | null>>()
  #user: string | null | undefined
  /** Where those go that come while `adopt` waits. */
  #arriving: StoredRecord[] | undefined
  #lastWrite: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(storage: RecordStorage, owner: Owner, events: KeeperEvents) {
    this.place = storage.place
    this.#storage = storage
    this.#owner = owner
    this.#events = events
    this.#others = new OtherPages(owner.cid, owner.channel, owner.lockName, {
      gone: (cid) => this.#take(cid),
      lost: (cid) => this.#lose(cid),
    })
    void owner.lock.isStolen.then((isStolen) => isStolen && this.#lose(owner.cid))
  }

  store(change: OutboxChange): Promise<void> {
    const write = this.#lastWrite.then(() => this.#write(change))
    this.#lastWrite = write.catch(() => {})
    return write
  }

  async adopt(user: string | null): Promise<readonly StoredEntry[]> {
    const arrived: StoredRecord[] = []
    this.#user = user
    this.#arriving = arrived
    try {
      const theirs = (await this.#read()).filter((record) => record.user === user)
      const coming = [...new Set(theirs.map(({ cid }) => cid))].map((cid) => this.#others.take(cid))
      this.#others.watch()
      await within(
        LOCKS_MS,
        Promise.all(coming).then(() => {}),
      )
    } finally {
      if (this.#arriving === arrived) this.#arriving = undefined
    }
    return arrived
      .filter((record) => this.#records.has(keyOf(record)))
      .sort(byAge)
      .map(entryOf)
  }

  rest(): void {
    this.#others.rest()
  }

  forget(): Promise<void> {
    return this.store({ put: [], remove: [...this.#records.values()] })
  }

  close(): void {
    this.#isClosed = true
    this.#records = new Map()
    this.#others.close()
    this.#storage.close()
    this.#owner.lock.release()
  }

  async #write({ put, remove }: OutboxChange): Promise<void> {
    if (this.#isClosed) throw new RoomfulError('DISCONNECTED', 'the outbox is closed')
    const began = (entry: StoredEntry) => this.#records.get(keyOf(entry))?.began ?? this.#began
    const change = { put: put.map((entry) => ({ ...entry, began: began(entry) })), remove }
    const write = this.#storage.write(change, changed(this.#records, change))
    await untilDone(write, { timeoutMs: STORAGE_MS }, 'storing messages')
    if (this.#isClosed) return
    this.#records = changed(this.#records, change)
    if (put.length > 0) this.#others.announce()
    for (const cid of new Set(remove.map((key) => key.cid))) if (!this.#has(cid)) this.#release(cid)
  }

  async #read(cid?: string): Promise<readonly StoredRecord[]> {
    return recordsIn(await untilDone(this.#storage.read(cid), { timeoutMs: STORAGE_MS }, 'reading stored messages'))
  }

  /** Hands over what the page that is gone left of this user's, and says whether we hold anything of it. */
  async #take(cid: string): Promise<boolean> {
    const records = await this.#read(cid).catch(() => []) // they stay where they are, for another page
    if (!this.#others.holds(cid)) return false // closed, or taken from us meanwhile
    const users = this.#adopted.get(cid) ?? new Set()
    const user = this.#user
    const theirs = records.filter((record) => record.user === user)
    if (user === undefined || users.has(user) || theirs.length === 0) return users.size > 0
    this.#adopted.set(cid, users.add(user))
    this.#records = changed(this.#records, { put: theirs, remove: [] })
    if (this.#arriving) this.#arriving.push(...theirs)
    else this.#events.adopted(theirs.map(entryOf))
    return true
  }

  #has(cid: string): boolean {
    return [...this.#records.values()].some((record) => record.cid === cid)
  }

  /** All of that page's is settled. */
  #release(cid: string): void {
    this.#adopted.delete(cid)
    this.#others.giveBack(cid)
  }

  #lose(cid: string): void {
    if (this.#isClosed) return
    this.#adopted.delete(cid)
    this.#records = new Map([...this.#records].filter(([, record]) => record.cid !== cid))
    this.#events.lost(cid)
  }
}
