import { RoomfulError } from '@roomful/contract'
import { untilDone } from '../promises.ts'
import type { RecordChange, Records, RecordStorage } from './keeper-records.ts'

const VERSION = 1
const ENTRIES = 'entries'
/** Some browsers that refuse a database never say so. */
const OPEN_MS = 3_000

/** The records of one url in a database of ours; opened again by the next use when the browser has closed it. */
export class IndexedDb implements RecordStorage {
  readonly place = 'indexedDB'
  readonly #name: string
  readonly #url: string
  #database: Promise<IDBDatabase> | undefined
  /** What this page had stored may be gone: the next write brings all of it again. */
  #isDoubtful = false

  private constructor(name: string, url: string) {
    this.#name = `${name}:outbox`
    this.#url = url
  }

  /** Really opens it, since many browsers have an `indexedDB` that does not work; rejects then. */
  static async open(name: string, url: string): Promise<IndexedDb> {
    const storage = new IndexedDb(name, url)
    await storage.#open()
    return storage
  }

  async write({ put, remove }: RecordChange, after: Records): Promise<void> {
    const database = await this.#open()
    const records = this.#isDoubtful ? after.values() : put
    this.#isDoubtful = false
    try {
      await inTransaction(database, 'readwrite', (entries) => {
        for (const { cid, n } of remove) entries.delete([this.#url, cid, n])
        for (const record of records) entries.put({ ...record, url: this.#url })
      })
    } catch (error) {
      this.#isDoubtful = true
      throw error
    }
  }

  async read(cid?: string): Promise<readonly unknown[]> {
    const start = cid === undefined ? [this.#url] : [this.#url, cid]
    // An array is greater than every string and number: all keys that begin like this one.
    const range = IDBKeyRange.bound(start, [...start, []])
    const request = await inTransaction(await this.#open(), 'readonly', (entries) => entries.getAll(range))
    return request.result
  }

  close(): void {
    this.#database?.then(
      (database) => database.close(),
      () => {},
    )
  }

  #open(): Promise<IDBDatabase> {
    this.#database ??= openDatabase(this.#name, () => {
      this.#database = undefined
      this.#isDoubtful = true
    })
    return this.#database
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
