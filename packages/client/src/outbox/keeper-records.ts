import type { EntryKey, StoredEntry } from './keeper.ts'
import { keyOf } from './message.ts'

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
  close(): void
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
  const { cid, n, user, room, event, data, sentAt, began } = (jsonOf(value) ?? {}) as Record<
    keyof StoredRecord,
    unknown
  >
  if (!isCid(cid) || !isNumber(n) || !Number.isSafeInteger(n) || n < 1 || !isNumber(began)) return undefined
  if (typeof room !== 'string' || typeof event !== 'string') return undefined
  if (user !== null && typeof user !== 'string') return undefined
  const record = { cid, n, user, room, event, data, began }
  if (sentAt === undefined) return record
  return isNumber(sentAt) ? { ...record, sentAt } : undefined
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** IndexedDB keeps what JSON cannot say; such data would fail the batch that it is sent in, for ever. */
function jsonOf(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value))
  } catch {
    return undefined
  }
}
