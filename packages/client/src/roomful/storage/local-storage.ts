import { RoomfulError } from '@roomful/contract'
import { convertFirstEdition, isCid, type OutboxStorage, type RecordChange } from './outbox-storage.ts'

/**
 * One item a record, for browsers without IndexedDB; undefined where localStorage is blocked as well. A browser gives an
 * origin about 5 million characters.
 */
export function openLocalStorage(name: string, address: string): OutboxStorage | undefined {
  const prefix = `${name}:outbox:${address}:`
  let storage: Storage
  try {
    storage = localStorage // reading the property throws where it is blocked
    storage.getItem(prefix)
  } catch {
    return undefined
  }
  /** The keys that this page has stored, to notice that the app or the user has cleared localStorage. */
  const stored = new Set<string>()

  const set = ([key, text]: RecordChange): void => {
    if (text === null) storage.removeItem(prefix + key)
    else storage.setItem(prefix + key, text)
  }
  const keys = (): string[] =>
    Object.keys(storage)
      .filter((item) => item.startsWith(prefix))
      .map((item) => item.slice(prefix.length))
      .filter((key) => !key.includes(':')) // otherwise it belongs to an address that begins with this one

  const change = (changes: readonly RecordChange[]): void => {
    const before = changes.map(([key]): RecordChange => [key, storage.getItem(prefix + key)])
    try {
      // Removals first: they make space, and a process that is killed midway leaves no settled message behind.
      for (const removal of changes) if (removal[1] === null) set(removal)
      for (const put of changes) if (put[1] !== null) set(put)
    } catch (error) {
      for (const [key] of changes) storage.removeItem(prefix + key)
      for (const item of before) set(item)
      throw error
    }
  }

  /** The first edition stored all records of a page in one item, a JSON list under the page's cid. */
  const migrate = (cid: string): void => {
    const records = listIn(storage.getItem(prefix + cid)).map((record) => convertFirstEdition({ ...record, cid }))
    try {
      change([[cid, null], ...new Map(records.filter((record) => record !== undefined))])
    } catch {
      // The browser's storage is full. The item stays for the next page.
    }
  }

  keys().filter(isCid).forEach(migrate)
  return {
    name: 'localStorage',
    read: async (start) =>
      keys().flatMap((key) => {
        const text = key.startsWith(start) ? storage.getItem(prefix + key) : null
        return text === null ? [] : [[key, text] as const]
      }),
    // oxlint-disable-next-line typescript/require-await -- rejects instead of throwing
    async write(changes) {
      if ([...stored].some((key) => storage.getItem(prefix + key) === null)) {
        stored.clear()
        throw new RoomfulError('INTERNAL', 'localStorage was cleared; stored messages are missing')
      }
      change(changes)
      for (const [key, text] of changes)
        if (text === null) stored.delete(key)
        else stored.add(key)
    },
    close: async () => {},
  }
}

function listIn(item: string | null): readonly object[] {
  try {
    const list: unknown = JSON.parse(item ?? '[]')
    return Array.isArray(list) ? list : []
  } catch {
    return []
  }
}
