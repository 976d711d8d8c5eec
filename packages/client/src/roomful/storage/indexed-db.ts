import { RoomfulError } from '@roomful/contract'
import { untilDone } from '../../promises.ts'
import { convertFirstEdition, type OutboxStorage } from './outbox-storage.ts'

const VERSION = 2
const RECORDS = 'records'
/** The store of version 1, whose values are objects with their `url`. */
const FIRST_EDITION = 'entries'
/** Some browsers that refuse a database never answer. */
const OPEN_MS = 3_000

interface Row {
  readonly address: string
  readonly key: string
  readonly text: string
}

/**
 * The records of one address in the database `${name}:outbox`. Opens it to find out whether it works, and rejects if it
 * does not; opens it again when it is used after the browser has closed it.
 */
export async function openIndexedDb(name: string, address: string): Promise<OutboxStorage> {
  let opening: Promise<IDBDatabase> | undefined
  /** The database was closed by the browser or deleted, so earlier records may be lost. */
  let isDoubtful = false

  const opened = (): Promise<IDBDatabase> =>
    (opening ??= openDatabase(`${name}:outbox`, () => {
      opening = undefined
      isDoubtful = true
    }))

  await opened()
  return {
    name: 'indexedDB',
    async read(prefix) {
      // No character of a key is greater than \uffff.
      const range = IDBKeyRange.bound([address, prefix], [address, `${prefix}\uffff`])
      const request = await inTransaction(await opened(), 'readonly', (records) => records.getAll(range))
      return (request.result as Row[]).map(({ key, text }) => [key, text])
    },
    async write(changes) {
      const database = await opened()
      if (isDoubtful) {
        isDoubtful = false
        throw new RoomfulError('INTERNAL', 'the browser closed the database; stored messages may be missing')
      }
      await inTransaction(database, 'readwrite', (records) => {
        for (const [key, text] of changes)
          if (text === null) records.delete([address, key])
          else records.put({ address, key, text } satisfies Row)
      })
    },
    async close() {
      const database = await opening
      database?.close() // the browser completes running transactions first
    },
  }
}

/** Calls `onGone` when the database could not be opened, and when it was closed or deleted later. */
async function openDatabase(name: string, onGone: () => void): Promise<IDBDatabase> {
  const opened = new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name, VERSION)
    request.onupgradeneeded = () => upgrade(request.result, request.transaction!)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error!)
  })
  try {
    const database = await untilDone(opened, { timeoutMs: OPEN_MS }, `opening the database ${name}`)
    database.onclose = onGone
    database.onversionchange = () => {
      database.close() // another page can only then delete or upgrade it
      onGone()
    }
    return database
  } catch (error) {
    onGone()
    opened.then(
      (database) => database.close(), // it opened too late
      () => {},
    )
    throw error
  }
}

function upgrade(database: IDBDatabase, transaction: IDBTransaction): void {
  const records = database.createObjectStore(RECORDS, { keyPath: ['address', 'key'] })
  if (!database.objectStoreNames.contains(FIRST_EDITION)) return
  const reading = transaction.objectStore(FIRST_EDITION).getAll()
  reading.onsuccess = () => {
    for (const value of reading.result as { readonly url: unknown }[]) {
      const converted = convertFirstEdition(value)
      if (converted && typeof value.url === 'string')
        records.put({ address: value.url, key: converted[0], text: converted[1] } satisfies Row)
    }
    database.deleteObjectStore(FIRST_EDITION)
  }
}

/** Resolves with the result of `work` when the transaction is complete. Where a part fails, nothing is changed. */
function inTransaction<T>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  work: (records: IDBObjectStore) => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(RECORDS, mode, { durability: 'relaxed' })
    try {
      const result = work(transaction.objectStore(RECORDS))
      transaction.oncomplete = () => resolve(result)
      transaction.onabort = () => reject(transaction.error ?? new RoomfulError('INTERNAL', 'the database was closed'))
    } catch (error) {
      transaction.abort()
      throw error
    }
  })
}
