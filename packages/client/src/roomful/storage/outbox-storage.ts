import { isMessageId } from '@roomful/contract/protocol'

/** How many earlier pages of a tab are known. */
export const MAX_TAB_PAGES = 16

/** A change of one record: its new text, or null to remove it. */
export type RecordChange = readonly [key: string, text: string | null]

/**
 * Stores a page's queued messages across reloads: records of JSON text under string keys, for one address of a server.
 * `outboxStorageSuite` of `@roomful/testing/outbox-storage` checks an implementation.
 *
 * Keys have 1 to 64 characters of `A-Z a-z 0-9 _ - .`; texts are never empty. A page stores at most `queueLimit`
 * messages, 1 MiB together. Each method may reject with any error. The caller waits 10 s for it, then gives the storage
 * up: messages stay in memory from then on.
 */
export interface OutboxStorage {
  /** Shown as `client.outbox` and `guarantees.outbox`, such as `'indexedDB'`. */
  readonly name: string
  /** All records whose key begins with the prefix, in any order; every record for `''`. Sees each write begun before. */
  read(prefix: string): Promise<readonly (readonly [key: string, text: string])[]>
  /**
   * Makes all changes, or none of them and rejects. No key occurs twice. Writes take effect in the order in which they
   * were begun. Where earlier records may be lost, as in a deleted database, it rejects once: the caller then writes all
   * of its records again.
   */
  write(changes: readonly RecordChange[]): Promise<void>
  /** Releases everything after the writes that have begun. The records stay. No method is called afterwards. */
  close(): Promise<void>
}

/** One page: the address of the server, and the random id of the page. */
export interface PageIdentity {
  readonly address: string
  readonly cid: string
}

/** The idempotency key of a message. */
export interface EntryKey {
  /** The random id of the page that made the message. */
  readonly cid: string
  /** The number of the message on that page. */
  readonly n: number
}

/** A stored message: JSON data, and the key that makes sending it again harmless. */
export interface StoredEntry extends EntryKey {
  /** The id that the other members see; absent in entries of the first edition. */
  readonly id?: string
  readonly user: string | null
  readonly room: string
  readonly event: string
  readonly data: unknown
  /** When it was first sent, in milliseconds of the server's clock; absent if it was never sent. */
  readonly sentAt?: number
}

/** An entry with the time when its page began (ms), which puts pages in order. */
export interface StoredRecord extends StoredEntry {
  readonly began: number
  /** The earlier pages of the same tab: what they left goes first. Absent where there is none. */
  readonly after?: readonly string[]
}

export function isCid(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{22}$/.test(value)
}

export function keyOf({ cid, n }: EntryKey): string {
  return `${cid}.${n}`
}

export function textOf(record: StoredRecord): string {
  const { cid: _, n: __, ...fields } = record
  return JSON.stringify(fields)
}

export function entryOf(record: StoredRecord): StoredEntry {
  const { began: _, after: __, ...entry } = record
  return entry
}

type Aged = Pick<StoredRecord, 'cid' | 'n' | 'began'>

/** The valid records, oldest page first, each page's by n. Every script of the origin can write to the storage. */
export function recordsIn(pairs: readonly (readonly [key: string, text: string])[]): readonly StoredRecord[] {
  return pairs.flatMap(([key, text]) => recordFrom(key, text) ?? []).sort(byAge)
}

export function byAge(a: Aged, b: Aged): number {
  return a.began - b.began || (a.cid === b.cid ? a.n - b.n : a.cid < b.cid ? -1 : 1)
}

/** Converts a record of the first edition, which stored objects; undefined for anything else. */
export function convertFirstEdition(value: unknown): readonly [key: string, text: string] | undefined {
  try {
    const { cid, n } = value as EntryKey
    return isCid(cid) && Number.isSafeInteger(n) ? [keyOf({ cid, n }), JSON.stringify(value)] : undefined
  } catch {
    return undefined
  }
}

function recordFrom(key: string, text: string): StoredRecord | undefined {
  const cid = key.slice(0, 22)
  const n = Number(key.slice(23))
  const { id, user, room, event, data, sentAt, began, after } = fieldsIn(text)
  const isRecord =
    isCid(cid) &&
    Number.isSafeInteger(n) &&
    n > 0 &&
    key === keyOf({ cid, n }) &&
    typeof began === 'number' &&
    typeof room === 'string' &&
    typeof event === 'string' &&
    (user === null || typeof user === 'string') &&
    (sentAt === undefined || typeof sentAt === 'number')
  if (!isRecord) return undefined
  const pages = Array.isArray(after) ? after.filter(isCid).slice(0, MAX_TAB_PAGES) : []
  const optional = { ...(sentAt !== undefined && { sentAt }), ...(pages.length > 0 && { after: pages }) }
  const common = { cid, n, user, room, event, data, began, ...optional }
  return isMessageId(id) ? { ...common, id } : common
}

function fieldsIn(text: string): { readonly [field in keyof StoredRecord]?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as object
  } catch {
    return {}
  }
}
