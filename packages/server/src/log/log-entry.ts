import type { Entry } from '@roomful/contract/protocol'

/** The position of a room's log. */
export interface LogPosition {
  readonly epoch: string
  /** The `seq` of the last entry; 0 before the first one. */
  readonly head: number
  /** The `count` of the last entry; 0 before the first one. */
  readonly count: number
}

/** The position of a room's log, and the epochs that it continues. */
export interface LogHead extends LogPosition {
  /** At most 8 earlier epochs of the room, newest first. Numbers went on from the `head` of each in the epoch after it. */
  readonly lineage: readonly EarlierEpoch[]
}

/** An epoch that is over. Clients that have followed it to its `head` have lost nothing. */
export interface EarlierEpoch {
  readonly epoch: string
  /** The last entry that was kept when the next epoch began; 0 where the room had none. */
  readonly head: number
}

/** An entry before it has a place in the log. */
export interface NewEntry extends Omit<Entry, 'seq'> {
  /** Whether it counts as unread, by the contract: then its `count` is one more than that of the entry before. */
  readonly unread?: boolean
  readonly amends?: Amends
}

/** What an amendment changes, and which amendments it replaces. */
export interface Amends {
  /** The place of the amended entry in the same log. */
  readonly seq: number
  /** Of the amendments of an entry with the same slot, the newest counts: names event, user and key. */
  readonly slot: string
}

/** An entry as the log keeps it. */
export interface LogEntry extends Entry {
  /** The number of entries with `unread` that the room ever got, up to this one. It never goes down, also when entries are deleted. */
  readonly count: number
  readonly amends?: Amends
}

/** What is left of an entry whose data is deleted. */
export function redacted(entry: LogEntry): LogEntry {
  return { ...entry, data: null, redacted: true }
}

/** How far a room's log has come. */
export type Place = Pick<LogPosition, 'head' | 'count'>

/** The place after these entries. */
export function placeAfter(entries: readonly LogEntry[], { head, count }: Place): Place {
  const last = entries.at(-1)
  return last === undefined ? { head, count } : { head: last.seq, count: last.count }
}

/** Gives entries their places after the last one. */
export function placeEntries(entries: readonly NewEntry[], { head, count }: Place): LogEntry[] {
  let counted = count
  return entries.map(({ unread, ...entry }, index) => {
    if (unread) counted += 1
    return { seq: head + index + 1, count: counted, ...entry }
  })
}
