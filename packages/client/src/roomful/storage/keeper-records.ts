import type { EntryKey, StoredEntry } from './keeper.ts'

/** An entry in storage also says when its page began (ms): that puts pages in order, which no number of theirs does. */
export interface StoredRecord extends StoredEntry {
  readonly began: number
}

export interface RecordChange {
  readonly put: readonly StoredRecord[]
  readonly remove: readonly EntryKey[]
}

/** Records by their key. */
export type Records = ReadonlyMap<string, StoredRecord>

/** One place of the browser that keeps the records of one url; what it reads is not checked. */
export interface RecordStorage {
  readonly place: 'indexedDB' | 'localStorage'
  /** Makes the change, all or nothing; `after` is what this page has there then, for a place that was emptied meanwhile. */
  write(change: RecordChange, after: Records): Promise<void>
  /** The records of one page, or of all. */
  read(cid?: string): Promise<readonly unknown[]>
}

export function keyOf({ cid, n }: EntryKey): string {
  return `${cid}:${n}`
}

export function byKey(records: readonly StoredRecord[]): Records {
  return new Map(records.map((record) => [keyOf(record), record]))
}

export function changed(records: Records, { put, remove }: RecordChange): Records {
  const next = new Map(records)
  for (const key of remove) next.delete(keyOf(key))
  for (const record of put) next.set(keyOf(record), record)
  return next
}

/** The records among what was read, the oldest page's first, each page's by n: every script of the origin writes there. */
export function recordsIn(values: readonly unknown[]): readonly StoredRecord[] {
  const records = values.flatMap((value) => recordFrom(value) ?? [])
  return [...byKey(records).values()].sort(byAge)
}

export function byAge(a: StoredRecord, b: StoredRecord): number {
  return a.began - b.began || (a.cid === b.cid ? a.n - b.n : a.cid < b.cid ? -1 : 1)
}

export function entryOf(record: StoredRecord): StoredEntry {
  const { began: _, ...entry } = record
  return entry
}

export function isCid(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{22}$/.test(value)
}

function recordFrom(value: unknown): StoredRecord | undefined {
  const { cid, n, user, room, event, data, sentAt, began } = jsonOf(value)
  const isOurs =
    isCid(cid) &&
    Number.isSafeInteger(n) &&
    (n as number) > 0 &&
    typeof began === 'number' &&
    typeof room === 'string' &&
    typeof event === 'string' &&
    (user === null || typeof user === 'string') &&
    (sentAt === undefined || typeof sentAt === 'number')
  if (!isOurs) return undefined
  return { cid, n: n as number, user, room, event, data, began, ...(sentAt !== undefined && { sentAt }) }
}

/** IndexedDB keeps what JSON cannot say; such data would fail the batch that it is sent in, for ever. */
function jsonOf(value: unknown): { readonly [key in keyof StoredRecord]?: unknown } {
  try {
    return (JSON.parse(JSON.stringify(value)) ?? {}) as object
  } catch {
    return {}
  }
}
