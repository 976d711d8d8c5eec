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
  /** Gives everything back; nothing is called after it. */
  close(): void
}

export interface KeeperEvents {
  /** A page that is gone left these (of the user of the last `adopt`): they are ours now. */
  adopted(entries: readonly StoredEntry[]): void
  /** The lock of this cid is lost (another page took it, a frozen page): it must not be sent any more. */
  lost(cid: string): void
}

/** Where messages wait across reloads: what `persistentOutbox()` gives to `createClient`. */
export interface OutboxOption {
  readonly kind: 'persistent'
  readonly user?: string | null
  /** undefined where this browser has neither storage nor Web Locks: then messages wait in memory. */
  open(owner: { readonly url: string; readonly cid: string }, events: KeeperEvents): Promise<Keeper | undefined>
}
