import { RoomfulError } from '@roomful/contract'
import { bytesOf, describe, isObject } from '@roomful/contract/protocol'
import type { OutboxStorage, RecordChange } from './outbox-storage.ts'

/** Android cannot read a text of AsyncStorage that is larger than 2 MiB. */
const MAX_BYTES = 2_000_000

/** What is used of React Native's AsyncStorage, in its versions 1 to 3. Another storage of texts may have the same methods. */
export interface AsyncStorage {
  getItem(key: string): Promise<string | null>
  setItem(key: string, text: string): Promise<unknown>
  removeItem(key: string): Promise<unknown>
}

/**
 * Keeps unconfirmed messages in AsyncStorage, for `persistentOutbox({ storage })` in React Native: one item for each
 * address of a server, of at most 2,000,000 bytes. Only one client at a time may use an address. Throws `INVALID_ARGUMENT`.
 *
 * @example persistentOutbox({ user, storage: asyncStorageOutbox(AsyncStorage) })
 */
export function asyncStorageOutbox(storage: AsyncStorage): (address: string) => Promise<OutboxStorage> {
  const isStorage =
    isObject(storage) &&
    (['getItem', 'setItem', 'removeItem'] as const).every((name) => typeof storage[name] === 'function')
  if (!isStorage)
    throw new RoomfulError('INVALID_ARGUMENT', `asyncStorageOutbox: expected AsyncStorage, got ${describe(storage)}`)
  return (address) => open(storage, `roomful:outbox:${address}`)
}

async function open(storage: AsyncStorage, item: string): Promise<OutboxStorage> {
  let records = new Map(pairsIn(await storage.getItem(item)))
  let lastTurn: Promise<unknown> = Promise.resolve()

  /** One item holds all records, so that the storage changes all of them or none. */
  const change = async (changes: readonly RecordChange[]): Promise<void> => {
    const changed = new Map(records)
    for (const [key, text] of changes)
      if (text === null) changed.delete(key)
      else changed.set(key, text)
    const pairs = [...changed]
    if (bytesOf(pairs) > MAX_BYTES)
      throw new RoomfulError('TOO_LARGE', `the stored messages are larger than ${MAX_BYTES} bytes`)
    await (pairs.length > 0 ? storage.setItem(item, JSON.stringify(pairs)) : storage.removeItem(item))
    records = changed
  }
  const inTurn = <T>(work: () => T | Promise<T>): Promise<T> => {
    const turn = lastTurn.then(work)
    lastTurn = turn.catch(() => {}) // the caller gets the error
    return turn
  }

  return {
    name: 'asyncStorage',
    read: (prefix) => inTurn(() => [...records].filter(([key]) => key.startsWith(prefix))),
    write: (changes) => inTurn(() => change(changes)),
    close: () => inTurn(() => {}),
  }
}

/** The records in an item. Any code of the app can write to AsyncStorage: other texts hold no records. */
function pairsIn(text: string | null): [key: string, text: string][] {
  try {
    const pairs: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(pairs) ? pairs.filter(isPair) : []
  } catch {
    return []
  }
}

function isPair(pair: unknown): pair is [string, string] {
  return Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string')
}
