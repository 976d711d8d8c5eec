import type { Entry, ItemResult } from '@roomful/contract/protocol'
import type { NewEntry } from './new-entry.ts'
import type { DecidedItem, Sender, SenderRow } from './sender-row.ts'

type Await<T> = T | Promise<T>

/** What a sender's batch came to: all of it is written, in one durable step, or nothing. */
export interface Batch {
  /** Nothing is written in another epoch. */
  readonly epoch: string
  readonly sender: Sender
  readonly items: readonly DecidedItem[]
}

/** What was written, with its places: consecutive, the last one at the head. */
export interface Appended {
  readonly epoch: string
  readonly head: number
  readonly entries: readonly Entry[]
}

/** The same, and the answer to each item. */
export interface Committed extends Appended {
  readonly results: readonly ItemResult[]
}

export type PageRequest = ({ readonly after: number } | { readonly before: number }) & {
  /** 0 asks only where the log stands. */
  readonly limit: number
  /** Most bytes of JSON; an entry that is larger than this on its own still comes, alone. */
  readonly bytes: number
}

/** Consecutive entries, and where the log stood when they were read. */
export interface Page {
  readonly epoch: string
  readonly head: number
  /** The oldest `seq` still held; `head + 1` when none is. */
  readonly first: number
  readonly entries: readonly Entry[]
}

/**
 * Keeps what was said in rooms, each numbered from 1 within an epoch, and what senders were answered. A room's log is made
 * when it is first asked for. Answers may be promises, which must settle: whatever is slow has a bound of its own, since
 * the commits behind it wait. One that rejects has written nothing, or does not know.
 */
export interface RoomLog {
  /** How long a sender's row lives after its last write, in ms; at least a day. Clients learn it when they connect. */
  readonly dedupMs: number
  /** Settles the batch by the sender's row as it is now (`settle`), and writes entries and row; undefined in another epoch. */
  commit(room: string, batch: Batch): Await<Committed | undefined>
  /** The server's own messages. These and commits of one room take effect in the order of the calls. */
  append(room: string, entries: readonly NewEntry[]): Await<Appended>
  /** What is remembered of a sender. This and `commit` throw `refuse('LIMIT')` for a new one where no more rows fit. */
  row(room: string, sender: Sender): Await<SenderRow | undefined>
  /** `after`: from the first entry after it that is still held, forwards. `before`: the newest before it. Oldest first. */
  page(room: string, request: PageRequest): Await<Page>
  /** Gives every room another epoch; entries, numbers and rows go on. */
  newEpoch(): Await<void>
  /** The room is in use until `release`: it must not be forgotten. May throw `refuse('LIMIT')`. */
  retain?(room: string): void
  release?(room: string): void
  /** Called by `rooms.close()`, when nothing is under way. */
  close?(): Await<void>
}
