import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import { openIndexedDb } from './indexed-db.ts'
import { openLocalStorage } from './local-storage.ts'
import type { OutboxStorage } from './outbox-storage.ts'
import { hasPageLocks } from './page-locks.ts'
import { PersistentSession } from './storage-session.ts'
import { type OutboxOption, StoredOutbox } from './stored-outbox.ts'

export interface PersistentOutbox {
  /**
   * The user before the server has named it: the server's id of the user, or null for a guest. With it, messages that are
   * sent before the first connect survive a reload too, and earlier ones are shown at once. Another user never sends them.
   */
  readonly user?: string | null
  /** The name of the outbox in the browser. Apps of one origin and server that share no messages need different names. It does not begin with "-". @default "roomful" */
  readonly name?: string
  /**
   * Opens another storage than the browser's own, for the address of the server; undefined keeps messages in memory. It
   * has 10 s. Without Web Locks, as in React Native, only one client at a time may use an address.
   */
  readonly storage?: (address: string) => Promise<OutboxStorage | undefined>
}

/**
 * Keeps unsent and unconfirmed messages in the browser (IndexedDB, otherwise localStorage), so that they survive a reload
 * and another tab sends them if theirs is closed. Without storage or Web Locks (plain http has none), messages stay in
 * memory, and `client.guarantees` says so. Throws `INVALID_ARGUMENT`.
 *
 * @example createClient({ url, rooms: roomful({ outbox: persistentOutbox({ user: session.userId }) }) })
 */
export function persistentOutbox({ user, name = 'roomful', storage }: PersistentOutbox = {}): OutboxOption {
  if (user !== undefined && user !== null && typeof user !== 'string') expected('user', "the user's id, or null", user)
  // Web Locks refuse names that begin with a hyphen.
  if (typeof name !== 'string' || !/^[^-]/.test(name))
    expected('name', 'a string such as "roomful", which does not begin with "-"', name)
  if (storage !== undefined && typeof storage !== 'function') expected('storage', 'a function', storage)
  const open = storage ?? ((address: string) => openBrowserStorage(name, address))
  return {
    kind: 'persistent',
    ...(user !== undefined && { user }),
    open: (page, events) => new PersistentSession(name, open, page, events),
    connect(outbox) {
      return new StoredOutbox(this, outbox)
    },
  }
}

async function openBrowserStorage(name: string, address: string): Promise<OutboxStorage | undefined> {
  if (!hasPageLocks()) return undefined // two tabs would send the same messages
  return openIndexedDb(name, address).catch(() => openLocalStorage(name, address))
}

function expected(name: string, what: string, value: unknown): never {
  throw new RoomfulError('INVALID_ARGUMENT', `persistentOutbox ${name}: expected ${what}, got ${describe(value)}`)
}
