import {
  byKey,
  changed,
  isCid,
  type RecordChange,
  type Records,
  type RecordStorage,
  recordsIn,
} from './keeper-records.ts'

/** One item a page, for browsers that refuse IndexedDB; undefined where localStorage is refused as well. */
export function openLocalStorage(name: string, url: string): RecordStorage | undefined {
  const prefix = `${name}:outbox:${url}:`
  let storage: Storage
  try {
    storage = localStorage // merely asking throws where it is blocked
    storage.getItem(prefix)
  } catch {
    return undefined
  }

  const set = (key: string, value: string | null): void => {
    if (value === null) storage.removeItem(key)
    else storage.setItem(key, value)
  }
  const cids = (): string[] =>
    Object.keys(storage)
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length))
      .filter(isCid) // else it belongs to a url that begins like ours

  // The item's name says whose its records are: under another cid they could never be removed.
  const page = (cid: string): object[] =>
    listIn(storage.getItem(prefix + cid)).map((record) => Object.assign({}, record, { cid }))

  return {
    place: 'localStorage',
    // oxlint-disable-next-line typescript/require-await -- what it throws shall reject
    async write({ put, remove }: RecordChange, after: Records) {
      // What is settled goes first: a page that dies in between must not leave it to be sent again.
      const touched = [...new Set([...remove, ...put].map(({ cid }) => cid))]
      const before = touched.map((cid) => [prefix + cid, storage.getItem(prefix + cid)] as const)
      try {
        for (const cid of touched) {
          const ours = [...after.values()].filter((record) => record.cid === cid)
          const records = changed(byKey(recordsIn(page(cid))), { put: ours, remove }) // it may hold another user's too
          set(prefix + cid, records.size === 0 ? null : JSON.stringify([...records.values()]))
        }
      } catch (error) {
        for (const [key, value] of before.reverse()) set(key, value)
        throw error
      }
    },
    // oxlint-disable-next-line typescript/require-await -- the same
    async read(cid) {
      return (cid === undefined ? cids() : [cid]).flatMap(page)
    },
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
