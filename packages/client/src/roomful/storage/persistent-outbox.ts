import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import { untilDone } from '../../promises.ts'
import { openIndexedDb } from './indexed-db.ts'
import type { Keeper, KeeperEvents, OutboxOption } from './keeper.ts'
import { keeperIn } from './keeper-in-storage.ts'
import { openLocalStorage } from './local-storage.ts'
import { askForLock, type PageLock } from './page-locks.ts'
import { outboxIn } from './safekeeping.ts'

export interface PersistentOutbox {
  /**
   * Whose messages these are, before the server has said so: its id for the user, null for a guest. With it, what is
   * sent before the first connect survives a reload too; another user never sends it.
   */
  readonly user?: string | null
  /** What it is called in the browser; apps of one origin and server that shall not share messages differ in it. @default "roomful" */
  readonly name?: string
}

/** A lock of our own is free: where it does not come in this time, there are none. */
const LOCK_MS = 3_000

/**
 * Keeps unsent and unconfirmed messages in the browser (IndexedDB, else localStorage), so that they survive a reload and
 * are finished by another tab where theirs is closed. Where there is neither, or no Web Locks (as on plain http), they
 * wait in memory, and `client.guarantees` says so.
 *
 * @example createClient({ url, outbox: persistentOutbox() })
 */
export function persistentOutbox({ user, name = 'roomful' }: PersistentOutbox = {}): OutboxOption {
  if (user !== undefined && user !== null && typeof user !== 'string') expected('user', "the user's id, or null", user)
  if (typeof name !== 'string' || name === '') expected('name', 'a string such as "roomful"', name)
  return outboxIn(({ url, cid }, events) => openKeeper(name, url, cid, events), user)
}

export async function openKeeper(
  name: string,
  url: string,
  cid: string,
  events: KeeperEvents,
): Promise<Keeper | undefined> {
  const lockName = (page: string): string => `${name}:${page}`
  const lock = await ownLock(lockName(cid))
  if (!lock) return undefined
  const storage = await openIndexedDb(name, url).catch(() => openLocalStorage(name, url))
  if (storage) return keeperIn(storage, { cid, lock, lockName, channel: `${name}:outbox:${url}` }, events)
  lock.release()
  return undefined
}

async function ownLock(name: string): Promise<PageLock | undefined> {
  if (!globalThis.navigator?.locks) return undefined
  return untilDone(askForLock(name), { timeoutMs: LOCK_MS }, 'a lock').catch(() => undefined)
}

function expected(name: string, what: string, value: unknown): never {
  throw new RoomfulError('INVALID_ARGUMENT', `persistentOutbox ${name}: expected ${what}, got ${describe(value)}`)
}
