import { RoomfulError } from '@roomful/contract'
import { untilDone } from '../../promises.ts'
import type { RecordStorage } from './keeper-records.ts'

const VERSION = 1
const ENTRIES = 'entries'
/** Some browsers that refuse a database never say so. */
const OPEN_MS = 3_000

/**
 * The records of one url in a database of ours; opened again by the next use when the browser has closed it. Really opens
 * it, since many browsers have an `indexedDB` that does not work; rejects then.
 */
export async function openIndexedDb(name: string, url: string): Promise<RecordStorage> {
  let opening: Promise<IDBDatabase> | undefined
  /** What this page had stored may be gone: the next write brings all of it again. */
  let isDoubtful = false

  const opened = (): Promise<IDBDatabase> =>
    (opening ??= openDatabase(`${name}:outbox`, () => {
      opening = undefined
      isDoubtful = true
    }))

  await opened()
  return {
    place: 'indexedDB',
    async write({ put, remove }, after) {
      const database = await opened()
      const records = isDoubtful ? after.values() : put
      isDoubtful = false
      try {
        await inTransaction(database, 'readwrite', (entries) => {
          for (const { cid, n } of remove) entries.delete([url, cid, n])
          for (const record of records) entries.put({ ...record, url })
        })
      } catch (error) {
        isDoubtful = true
        throw error
      }
    },
    async read(cid) {
      const start = cid === undefined ? [url] : [url, cid]
      // An array is greater than every string and number: all keys that begin like this one.
      const range = IDBKeyRange.bound(start, [...start, []])
      const request = await inTransaction(await opened(), 'readonly', (entries) => entries.getAll(range))
      return request.result
    },
  }
}

/** Calls `gone` when it could not be opened, and when it is open no more. */
async function openDatabase(name: string, gone: () => void): Promise<IDBDatabase> {
  const opened = new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name, VERSION)
    request.onupgradeneeded = () => request.result.createObjectStore(ENTRIES, { keyPath: ['url', 'cid', 'n'] })
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error!)
  })
  try {
    const database = await untilDone(opened, { timeoutMs: OPEN_MS }, `opening the database ${name}`)
    database.onclose = gone
    database.onversionchange = () => {
      database.close() // whoever deletes it, or brings a newer version, waits for that
      gone()
    }
    return database
  } catch (error) {
    gone()
    opened.then(
      (database) => database.close(), // nobody waits for it any more
      () => {},
    )
    throw error
  }
}

/** What the work gives, once all of it is done; where a part fails, none of it is. */
function inTransaction<T>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  work: (entries: IDBObjectStore) => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(ENTRIES, mode, { durability: 'relaxed' })
    try {
      const result = work(transaction.objectStore(ENTRIES))
      transaction.oncomplete = () => resolve(result)
      transaction.onabort = () => reject(transaction.error ?? new RoomfulError('INTERNAL', 'the database was closed'))
    } catch (error) {
      transaction.abort()
      throw error
    }
  })
}
