import type { Durability, ItemResult } from '@roomful/contract/protocol'
import type { LogEntry, LogHead, LogPosition, NewEntry } from './log-entry.ts'
import type { DecidedItem, Sender, SenderRow } from './sender-row.ts'
import type { Nodes } from '../nodes/nodes.ts'

type Await<T> = T | Promise<T>

/** The decided items of a sender's batch: all are written in one durable step, or none. */
export interface Batch {
  /** The epoch that the sender knows; in another epoch nothing is written. undefined for the server's own messages, which fit any. */
  readonly epoch?: string | undefined
  readonly sender: Sender
  readonly items: readonly DecidedItem[]
}

/** The written entries: consecutive, the last one at the head. */
export interface Appended extends LogPosition {
  readonly entries: readonly LogEntry[]
}

/** The written entries, and the answer to each item. */
export interface Committed extends Appended {
  readonly results: readonly ItemResult[]
}

export type PageRequest = ({ readonly after: number } | { readonly before: number }) & {
  /** 0 asks for the position of the log only. */
  readonly limit: number
  /** The most bytes of JSON, of the entries and their amendments. A single larger entry is still given, alone: see `fitPage`. */
  readonly bytes: number
}

/** Consecutive entries, and the position of the log when they were read. */
export interface Page extends LogHead {
  /** The oldest `seq` still held; `head + 1` when none is. */
  readonly first: number
  readonly entries: readonly LogEntry[]
  /**
   * The amendments of the entries: of each slot the newest, unless it is redacted, or an entry of the page itself. In the order of
   * `seq`; absent where there are none.
   */
  readonly amendments?: readonly LogEntry[]
}

/** Called with the entries of each commit, of any process. It should not throw: Node then prints a warning, and the log goes on. */
export type LogListener = (appended: Appended) => void

/** Keeps a user out of a room for a time. */
export interface Ban {
  /** When the ban ends, in milliseconds since 1970. */
  readonly until: number
  /** The code and the sentence with which joins are refused. */
  readonly code: string
  readonly message?: string
}

/**
 * Stores the messages of rooms, and the answers that senders got. Messages are numbered from 1, and the numbers go on from one epoch
 * to the next. A room's log is made at its first use.
 *
 * A log may go back to an earlier state without notice, after a failover or a power loss. Such a log compares its generation
 * with the stored one in every step, also when it reads. If it is another one, the room gets a new random epoch in that step,
 * and a lineage whose heads are lowered to what is left. Entries, rows and bans must go back together.
 *
 * Methods may return promises. These must settle in bounded time, since later commits wait for them. A rejection means that
 * nothing was written, or that the outcome is unknown.
 */
export interface RoomLog {
  /** How long a sender's row is kept after its last write, in ms; at least a day. Sent to clients when they connect. */
  readonly dedupMs: number
  /** Where a committed entry is stored. Clients are told when they connect: `guarantees.durability`. undefined where it is not known. */
  readonly durability?: Durability
  /**
   * The options of the log that must be the same in all processes, as texts by their names. Nodes whose options differ report
   * that. `dedupMs` and `durability` are compared in any case.
   */
  readonly sharedOptions?: Readonly<Record<string, string>>
  /**
   * How the processes that use the log at a time reach each other; undefined for a log of one process. With it the server also
   * compares `heads` every 10 s, for rooms with members.
   */
  readonly nodes?: Nodes
  /**
   * Settles the batch by the sender's current row (`settle`), and writes entries and row in one step; undefined in another epoch.
   * Commits of one room take effect in the order of the calls. A batch that was stored may come again, because its answer was
   * lost: the row gives the same answers, and nothing is written.
   */
  commit(room: string, batch: Batch): Await<Committed | undefined>
  /**
   * Deletes the data of an entry and of all its amendments for good (`redacted`), and appends `entry`, in one step. Gives no
   * entries where that entry is redacted already, and undefined where the log does not hold it. An amendment that is committed
   * later, to an entry that is redacted, is stored redacted.
   */
  redact(room: string, seq: number, entry: NewEntry): Await<Appended | undefined>
  /**
   * The row of a sender, by its user (or its cid, for a guest) and the room. Throws `refuse('LIMIT')` for a new sender when no
   * more rows fit, as `commit` does: charge each new row to the sender's user and to its `address`, each with a bound of its own,
   * and leave guests only a part of all rows. Otherwise one stranger can fill them, and all other new senders are refused. Rows
   * of the server (`isServer`) are never refused, and count in no bound.
   */
  row(room: string, sender: Sender): Await<SenderRow | undefined>
  /** `after`: the first held entries after it. `before`: the newest entries before it. Both are given oldest first. */
  page(room: string, request: PageRequest): Await<Page>
  /** The heads of many rooms at once, in the order of the names; also of rooms without entries. */
  heads(rooms: readonly string[]): Await<readonly LogHead[]>
  /** The ban of a user from a room; undefined where there is none, or where it is over. */
  ban(room: string, userId: string): Await<Ban | undefined>
  /** Replaces the ban of a user; undefined lifts it. Throws `refuse('LIMIT')` when no more bans fit; no ban ends early. */
  setBan(room: string, userId: string, ban: Ban | undefined): Await<void>
  /** Gives every room another epoch, whose lineage begins with the one before; entries, numbers, rows and bans go on. */
  newEpoch(): Await<void>
  /**
   * Calls the listener with everything that is committed from now on, by this process or another: in the order of the log, and
   * never before it is stored. A promise resolves once the subscription is active: entries that are not in a page that is read
   * afterwards come to the listener. Until the function that it returns is called, the room is in use: its epoch, entries
   * and numbers must not be forgotten.
   *
   * Within one process a log calls its listeners itself, in the step that settles the write. With several processes, the step
   * that stores a batch also publishes it. A batch may get lost on its way: the server notices that it is missing, and reads the log.
   */
  subscribe(room: string, listener: LogListener): Await<() => void>
  /** Writes something to the log, and throws or rejects if that fails: for `rooms.isReady()`. A log in memory needs none. */
  check?(): Await<void>
  /** Called by `rooms.close()`, after the last request. */
  close?(): Await<void>
}
