import type { Entry } from '@roomful/contract'

type Await<T> = T | Promise<T>

/** An entry before the log gives it its place. */
export type NewEntry = Omit<Entry, 'seq'>

/** What one durable step writes: all of it, or nothing. */
export interface Batch {
  /** Nothing is written in another epoch; undefined writes in whichever there is. */
  readonly epoch: string | undefined
  readonly entries: readonly NewEntry[]
}

/** What was written, with its places: consecutive, as the batch had it. */
export interface Committed {
  readonly epoch: string
  readonly entries: readonly Entry[]
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
 * Keeps what was said in rooms, each numbered from 1 within an epoch: a random name, made with the room's log.
 * A room's log is made when it is first asked for. Answers may be promises, which must settle: whatever is slow has a
 * bound of its own, since the commits behind it wait.
 */
export interface RoomLog {
  /** Commits of one room take effect in the order of the calls; undefined where the epoch is another. */
  commit(room: string, batch: Batch): Await<Committed | undefined>
  /** `after`: from the first entry after it that is still held, forwards. `before`: the newest before it. Oldest first. */
  page(room: string, request: PageRequest): Await<Page>
  /** The room is in use until `release`: it must not be forgotten. May throw `refuse('LIMIT')`. */
  retain?(room: string): void
  release?(room: string): void
  /** Called by `rooms.close()`, when nothing is under way. */
  close?(): Await<void>
}
