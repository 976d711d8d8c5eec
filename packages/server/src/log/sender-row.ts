import type { Entry, ItemResult } from '@roomful/contract/protocol'
import type { NewEntry } from './new-entry.ts'

/** Whose numbers these are: a page (`cid`) of a user. A guest's id ends with its connection, so its cid alone says who it is (S9). */
export interface Sender {
  /** null for a guest. */
  readonly user: string | null
  readonly cid: string
}

/** What an item was answered; `hash` is that of its body. */
export interface Remembered {
  readonly n: number
  readonly hash: string
  readonly answer: ItemResult
}

/** What a log remembers of a sender in a room. */
export interface SenderRow {
  /** The highest `n` decided: stored, or refused for good. */
  readonly last: number
  /** Of the batch that wrote last. */
  readonly results: readonly Remembered[]
  /** When it was written last, in ms. */
  readonly usedAt: number
}

/** An item that is to be stored, or is refused for good. */
export type DecidedItem = { readonly n: number; readonly hash: string } & (
  | { readonly entry: NewEntry }
  | { readonly refusal: { code: string; message?: string } }
)

/** S5: the answer to an item that the row covers; undefined for one that is new. */
export function answerFrom(row: SenderRow | undefined, n: number, hash: string): ItemResult | undefined {
  if (row === undefined || n > row.last) return undefined
  const known = rememberedIn(row, n)
  if (known === undefined) return { code: 'STALE', message: 'the server no longer knows what became of this message' }
  if (known.hash === hash) return known.answer
  return { code: 'CONFLICT', message: 'another message was sent with this number' }
}

/** What one durable step does: the answers, what is appended, and the row to write; undefined where nothing is new. */
export interface Step {
  readonly results: readonly ItemResult[]
  readonly entries: readonly Entry[]
  readonly row: SenderRow | undefined
}

/** S4: decides items by the row as it is now, whatever it was when they were looked at; `head` is the room's. */
export function settle(row: SenderRow | undefined, items: readonly DecidedItem[], head: number, now: number): Step {
  const results: ItemResult[] = []
  const entries: Entry[] = []
  const remembered: Remembered[] = []
  let last = row?.last ?? 0
  for (const item of items) {
    const { n, hash } = item
    const known = answerFrom(row, n, hash)
    const answer = known ?? answerTo(item, entries, head)
    results.push(answer)
    // A conflicting copy does not take the place of the truth.
    const truth = known === undefined ? { n, hash, answer } : rememberedIn(row, n)
    if (truth !== undefined) remembered.push(truth)
    last = Math.max(last, n)
  }
  const isNew = last > (row?.last ?? 0)
  return { results, entries, row: isNew ? { last, results: remembered, usedAt: now } : undefined }
}

/** Gives the item its place behind those before it, unless it is refused. */
function answerTo(item: DecidedItem, entries: Entry[], head: number): ItemResult {
  if ('refusal' in item) return item.refusal
  const placed = { ...item.entry, seq: head + entries.length + 1 }
  entries.push(placed)
  return { seq: placed.seq, at: placed.at }
}

function rememberedIn(row: SenderRow | undefined, n: number): Remembered | undefined {
  return row?.results.find((result) => result.n === n)
}
