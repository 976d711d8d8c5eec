import type { Message } from '../outbox/message.ts'
import type { OutboxCore } from '../outbox/outbox-core.ts'
import type { Unstored } from '../outbox/unstored.ts'

/** A message as it is stored: JSON data, and the key that makes sending it again harmless. */
export interface StoredEntry {
  /** The page that made it, and that page's number for it. */
  readonly cid: string
  readonly n: number
  readonly user: string | null
  readonly room: string
  readonly event: string
  readonly data: unknown
  /** When it was first sent, in the server's milliseconds; absent while it never was. */
  readonly sentAt?: number
}

export interface OutboxChange {
  readonly put: readonly StoredEntry[]
  readonly remove: readonly EntryKey[]
}

export interface EntryKey {
  readonly cid: string
  readonly n: number
}

/** Keeps a page's unsettled messages where the next page finds them. */
export interface Keeper {
  readonly place: 'indexedDB' | 'localStorage'
  /** One transaction: all of it, or nothing and a rejection with the browser's own error, or `TIMEOUT` after 10 s. */
  store(change: OutboxChange): Promise<void>
  /**
   * Takes over what pages of this user that are gone left behind, oldest page first, each page's entries by n; waits at
   * most 1 s for their locks, together.
   */
  adopt(user: string | null): Promise<readonly StoredEntry[]>
  /** Takes over nothing more until the next `adopt`; what it holds stays locked. */
  rest(): void
  /** Takes all that is ours out of the storage. */
  forget(): Promise<void>
}

export interface KeeperEvents {
  /** A page that is gone left these (of the user of the last `adopt`): they are ours now. */
  adopted(entries: readonly StoredEntry[]): void
  /** The lock of this cid is lost (another page took it, a frozen page): it must not be sent any more. */
  lost(cid: string): void
}

/** Where messages wait. */
export type Place = 'memory' | Keeper['place']

/** Where messages wait across reloads: what `persistentOutbox()` gives to `createClient`. */
export interface OutboxOption {
  readonly kind: 'persistent'
  readonly user?: string | null
  unstored(): Unstored
  keep(owner: PageOwner, hooks: SafekeepingHooks): Safekeeping
}

export interface PageOwner {
  readonly url: string
  readonly cid: string
}

/** Keeps the outbox where it survives a reload, as long as that works; else it stays in memory, and says so. */
export interface Safekeeping {
  readonly place: Place
  /** Whether the changes are stored; undefined where there is nothing to wait for. Without a user a message is not kept. */
  save(put: readonly Message[], remove: readonly Message[]): Promise<boolean> | undefined
  /** Gives the outbox what earlier pages of this user left; it is ready then. */
  takeOver(user: string | null): Promise<void>
  /** What those pages left. Connected again meanwhile, one must not be told that nothing was left. */
  adopt(user: string | null): Promise<readonly Message[]>
  /** Takes over nothing more until the next `adopt`. */
  rest(): void
}

export interface SafekeepingHooks {
  readonly outbox: OutboxCore
  /** Messages wait in the room that another page left. */
  needed(room: string): void
  /** Another page has what is under our id: what is sent from here on needs another one. */
  renew(): void
  placed(): void
  /** The storage cannot be used: an inconvenience that `guarantees` tells, not an error of the page. */
  failed(error: unknown): void
}
