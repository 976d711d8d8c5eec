import { untilDone, within } from '../../promises.ts'
import type { Keeper, KeeperEvents, OutboxChange } from './keeper.ts'
import {
  byAge,
  changed,
  entryOf,
  keyOf,
  type Records,
  type RecordStorage,
  recordsIn,
  type StoredRecord,
} from './keeper-records.ts'
import { LOCKS_MS, otherPages } from './other-pages.ts'
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
export function keeperIn(storage: RecordStorage, owner: Owner, events: KeeperEvents): Keeper {
  const began = Date.now()
  /** What we have in the storage. */
  let records: Records = new Map()
  /** Whose entries of which pages were handed over. */
  const adopted = new Map<string, Set<string | null>>()
  let user: string | null | undefined
  /** Where those go that come while `adopt` waits. */
  let arriving: StoredRecord[] | undefined
  let lastWrite: Promise<void> = Promise.resolve()
  const others = otherPages(owner, { gone: take, lost: lose })
  void owner.lock.isStolen.then((isStolen) => isStolen && lose(owner.cid))

  async function read(cid?: string): Promise<readonly StoredRecord[]> {
    return recordsIn(await untilDone(storage.read(cid), { timeoutMs: STORAGE_MS }, 'reading stored messages'))
  }

  async function write({ put, remove }: OutboxChange): Promise<void> {
    const known = (record: StoredRecord) => ({ ...record, began: records.get(keyOf(record))?.began ?? began })
    const change = { put: put.map((entry) => known({ ...entry, began })), remove }
    const after = changed(records, change)
    await untilDone(storage.write(change, after), { timeoutMs: STORAGE_MS }, 'storing messages')
    records = changed(records, change)
    if (put.length > 0) others.announce()
    const left = new Set([...records.values()].map(({ cid }) => cid))
    for (const { cid } of remove) {
      if (left.has(cid)) continue
      adopted.delete(cid) // all of that page's is settled
      others.giveBack(cid)
    }
  }

  /** Hands over what the page that is gone left of this user's, and says whether we hold anything of it. */
  async function take(cid: string): Promise<boolean> {
    const there = await read(cid).catch(() => []) // they stay where they are, for another page
    if (!others.holds(cid)) return false // taken from us meanwhile
    const users = adopted.get(cid) ?? new Set()
    const theirs = there.filter((record) => record.user === user)
    if (user === undefined || users.has(user) || theirs.length === 0) return users.size > 0
    adopted.set(cid, users.add(user))
    records = changed(records, { put: theirs, remove: [] })
    if (arriving) arriving.push(...theirs)
    else events.adopted(theirs.map(entryOf))
    return true
  }

  function lose(cid: string): void {
    adopted.delete(cid)
    records = new Map([...records].filter(([, record]) => record.cid !== cid))
    events.lost(cid)
  }

  function store(change: OutboxChange): Promise<void> {
    const writing = lastWrite.then(() => write(change))
    lastWrite = writing.catch(() => {})
    return writing
  }

  return {
    place: storage.place,
    store,
    async adopt(who) {
      const arrived: StoredRecord[] = []
      user = who
      arriving = arrived
      try {
        const cids = new Set((await read()).filter((record) => record.user === who).map(({ cid }) => cid))
        const coming = Promise.all([...cids].map((cid) => others.take(cid)))
        others.watch()
        await within(
          LOCKS_MS,
          coming.then(() => {}),
        )
      } finally {
        if (arriving === arrived) arriving = undefined
      }
      return arrived
        .filter((record) => records.has(keyOf(record)))
        .sort(byAge)
        .map(entryOf)
    },
    rest: others.rest,
    forget: () => store({ put: [], remove: [...records.values()] }),
  }
}
