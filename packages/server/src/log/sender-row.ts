import type { ItemResult } from '@roomful/contract/protocol'
import { type LogEntry, type NewEntry, type Place, placeEntries } from './log-entry.ts'

/**
 * A page (`cid`) of a user. A guest's id ends with its connection, so that a guest is known by the cid alone (S9).
 * `user` and `cid` are the key of a row in a room; `address` is not, since a page may move to another network.
 */
export interface Sender {
  /** null for a guest. */
  readonly user: string | null
  readonly cid: string
  /** The network that a new row is charged to: an IPv4 address, or an IPv6 network (`2001:db8:0:1::/64`). Unknown addresses are not counted. */
  readonly address?: string | undefined
  /** The server itself: then `user` is null, and `cid` names the process. */
  readonly isServer?: boolean
}

/** The answer that an item got; `hash` is that of its event and data. */
export interface RecordedAnswer {
  readonly n: number
  readonly hash: string
  readonly answer: ItemResult
}

/** What a log keeps of a sender in a room. */
export interface SenderRow {
  /** The highest `n` decided: stored, or refused for good. */
  readonly last: number
  /** The answers of the batch that wrote last. */
  readonly results: readonly RecordedAnswer[]
  /** The time of the last write, in ms. */
  readonly usedAt: number
}

/** An item to store, or one that is refused for good. */
export type DecidedItem = { readonly n: number; readonly hash: string } & (
  | { readonly entry: NewEntry }
  | { readonly refusal: { code: string; message?: string } }
)

export const STALE: ItemResult = { code: 'STALE', message: 'the server no longer knows the outcome of this message' }
export const CONFLICT: ItemResult = { code: 'CONFLICT', message: 'another message was sent with this number' }

/** S5: the answer to an item that the row covers; undefined for a new item. */
export function answerFrom(row: SenderRow | undefined, n: number, hash: string): ItemResult | undefined {
  if (row === undefined || n > row.last) return undefined
  const known = recordedIn(row, n)
  if (known === undefined) return STALE
  return known.hash === hash ? known.answer : CONFLICT
}

/** One durable step: the answers, the entries to append, and the row to write. */
export interface SettledBatch {
  readonly results: readonly ItemResult[]
  readonly entries: readonly LogEntry[]
  /** undefined where no item is new. */
  readonly row: SenderRow | undefined
}

/** S4: settles a batch by the row as it is in this durable step, which may be newer than when the items were decided. */
export function settle(
  row: SenderRow | undefined,
  items: readonly DecidedItem[],
  place: Place,
  now: number,
): SettledBatch {
  const results: ItemResult[] = []
  const accepted: NewEntry[] = []
  const recorded: RecordedAnswer[] = []
  let last = row?.last ?? 0
  for (const item of items) {
    const { n, hash } = item
    const known = answerFrom(row, n, hash)
    const answer = known ?? answerTo(item, accepted, place.head)
    results.push(answer)
    // A conflicting copy does not replace the recorded answer.
    const result = known === undefined ? { n, hash, answer } : recordedIn(row, n)
    if (result !== undefined) recorded.push(result)
    last = Math.max(last, n)
  }
  const isNew = last > (row?.last ?? 0)
  const entries = placeEntries(accepted, place)
  return { results, entries, row: isNew ? { last, results: recorded, usedAt: now } : undefined }
}

/** Adds the item's entry to the accepted ones, unless the item is refused. */
function answerTo(item: DecidedItem, accepted: NewEntry[], head: number): ItemResult {
  if ('refusal' in item) return item.refusal
  accepted.push(item.entry)
  return { seq: head + accepted.length, at: item.entry.at }
}

function recordedIn(row: SenderRow | undefined, n: number): RecordedAnswer | undefined {
  return row?.results.find((result) => result.n === n)
}
