import type { Entry } from '@roomful/contract/protocol'
import type Database from 'libsql'
import { fitPage, type Sized } from '../fit-page.ts'
import type { Page, PageRequest } from '../log.ts'
import { type LogEntry, type NewEntry, type Place, placeAfter, placeEntries } from '../log-entry.ts'
import type { RetentionBounds } from '../retention.ts'
import { StoredAmendments } from './stored-amendments.ts'
import { parseStored } from './stored-json.ts'

/** A room with at least one message; other rooms have no row. */
export interface StoredRoom extends Place {
  readonly id: number
}

interface Placed {
  readonly seq: number
  readonly at: number
}

/** Entries past their retention are deleted once in so many new ones; pages leave them out in any case. */
const TRIM_EVERY = 100
/** The most entries deleted at a time, so that a shorter retention does not block the log with one long delete. */
const MAX_TRIMMED = 5_000

/** The tables of rooms and their entries. */
export class StoredRooms {
  readonly #find: Database.Statement
  readonly #heads: Database.Statement
  readonly #make: Database.Statement
  readonly #setHead: Database.Statement
  readonly #next: Database.Statement
  readonly #insert: Database.Statement
  readonly #oldestFrom: Database.Statement
  readonly #at: Database.Statement
  readonly #delete: Database.Statement
  readonly #sizesAfter: Database.Statement
  readonly #sizesBefore: Database.Statement
  readonly #read: Database.Statement
  readonly #amendments: StoredAmendments

  constructor(database: Database.Database) {
    this.#amendments = new StoredAmendments(database)
    this.#find = database.prepare('SELECT id, head, count FROM rooms WHERE name = ?').raw()
    this.#heads = database.prepare('SELECT heads FROM rooms WHERE id = ?')
    this.#make = database.prepare('INSERT INTO rooms (name, head) VALUES (?, 0)')
    this.#setHead = database.prepare('UPDATE rooms SET head = ?, count = ? WHERE id = ?')
    this.#next = database.prepare('SELECT id, name, head, count FROM rooms WHERE id > ? ORDER BY id LIMIT ?')
    this.#insert = database.prepare(
      'INSERT INTO entries (room, seq, at, bytes, json, count, target, slot) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#oldestFrom = database.prepare('SELECT seq, at FROM entries WHERE room = ? AND seq >= ? ORDER BY seq LIMIT 1')
    this.#at = database.prepare('SELECT at FROM entries WHERE room = ? AND seq = ?')
    this.#delete = database.prepare('DELETE FROM entries WHERE room = ? AND seq < ?')
    this.#sizesAfter = database.prepare(
      'SELECT seq, bytes FROM entries WHERE room = ? AND seq >= ? ORDER BY seq LIMIT ?',
    )
    this.#sizesBefore = database.prepare(
      'SELECT seq, bytes FROM entries WHERE room = ? AND seq < ? AND seq >= ? ORDER BY seq DESC LIMIT ?',
    )
    this.#read = database.prepare(
      'SELECT CAST(json AS BLOB) AS json, count FROM entries WHERE room = ? AND seq BETWEEN ? AND ? ORDER BY seq',
    )
  }

  find(name: string): StoredRoom | undefined {
    const row = this.#find.get(JSON.stringify(name)) as [id: number, head: number, count: number] | undefined
    return row && { id: row[0], head: row[1], count: row[2] }
  }

  /** The heads of the room's earlier epochs, newest first. It had no entries in those that are missing. */
  earlierHeads({ id }: StoredRoom): readonly number[] {
    return JSON.parse((this.#heads.get(id) as { heads: string }).heads) as number[]
  }

  make(name: string): StoredRoom {
    return { id: Number(this.#make.run(JSON.stringify(name)).lastInsertRowid), head: 0, count: 0 }
  }

  /** The rooms after an id, in the order of their creation. */
  next(id: number, count: number): readonly (StoredRoom & { readonly name: string })[] {
    const rows = this.#next.all(id, count) as (StoredRoom & { name: string })[]
    return rows.map((row) => ({ ...row, name: JSON.parse(row.name) as string }))
  }

  /** Adds entries that follow the room's head, and gives them as they are stored. */
  add(room: StoredRoom, added: readonly LogEntry[], keep: RetentionBounds): readonly LogEntry[] {
    const { id } = room
    const entries = added.map((entry) => this.#insertOne(id, this.#amendments.admit(id, entry)))
    const { head, count } = placeAfter(entries, room)
    if (head === room.head) return entries
    this.#setHead.run(head, count, id)
    if (Math.floor(head / TRIM_EVERY) > Math.floor(room.head / TRIM_EVERY)) this.trim({ id, head, count }, keep)
    return entries
  }

  /** The `$redact` that was added; none where the entry is redacted already. undefined where the room does not hold it. */
  redact(room: StoredRoom, seq: number, entry: NewEntry, keep: RetentionBounds): readonly LogEntry[] | undefined {
    const { id, head } = room
    if (seq < this.first(room, keep) || seq > head) return undefined
    if (this.#amendments.isRedacted(id, seq)) return []
    this.#amendments.redact(id, seq)
    return this.add(room, placeEntries([entry], room), keep)
  }

  #insertOne(room: number, entry: LogEntry): LogEntry {
    const { count, ...rest } = entry
    const { seq, at, amends } = rest
    const json = JSON.stringify(rest)
    if (amends) this.#amendments.replace(room, amends)
    const slot = rest.redacted ? null : (amends?.slot ?? null)
    this.#insert.run(room, seq, at, Buffer.byteLength(json), json, count, amends?.seq ?? null, slot)
    return entry
  }

  trim(room: StoredRoom, keep: RetentionBounds): void {
    const oldest = this.#oldestFrom.get(room.id, 0) as Placed | undefined
    if (oldest === undefined) return
    const first = this.first(room, keep)
    if (first > oldest.seq) this.#delete.run(room.id, Math.min(first, oldest.seq + MAX_TRIMMED))
  }

  /** The oldest `seq` within the retention; older entries may not be deleted yet. */
  first({ id, head }: StoredRoom, { maxEntries, since }: RetentionBounds): number {
    const oldest = this.#oldestFrom.get(id, head - maxEntries + 1) as Placed | undefined
    if (oldest === undefined) return head + 1
    return oldest.at >= since ? oldest.seq : this.#firstYoung(id, oldest.seq, head + 1, since)
  }

  /**
   * Binary search, since times rise with `seq`: a join must not read all entries that are not deleted yet. After a clock
   * was set back, entries expire earlier or later by as much.
   */
  #firstYoung(id: number, tooOld: number, end: number, since: number): number {
    let [before, found] = [tooOld, end]
    while (found - before > 1) {
      const middle = Math.floor((before + found) / 2)
      const entry = this.#at.get(id, middle) as { at: number } | undefined
      if (entry !== undefined && entry.at >= since) found = middle
      else before = middle
    }
    return found
  }

  page({ id }: StoredRoom, first: number, request: PageRequest): Pick<Page, 'entries' | 'amendments'> {
    const { limit, bytes } = request
    const sizes = (
      'after' in request
        ? this.#sizesAfter.all(id, Math.max(request.after + 1, first), limit)
        : this.#sizesBefore.all(id, request.before, first, limit)
    ) as Sized[]
    const newest = this.#amendments.newest(id, sizes, bytes)
    const fitting = fitPage(sizes, (seq) => newest.get(seq) ?? [], bytes)
    const places = fitting.entries.map(({ seq }) => seq)
    const entries = places.length === 0 ? [] : this.#readAll(id, Math.min(...places), Math.max(...places))
    const amendments = fitting.amendments.flatMap(({ seq }) => this.#readAll(id, seq, seq))
    return { entries, ...(amendments.length > 0 && { amendments }) }
  }

  #readAll(room: number, first: number, last: number): LogEntry[] {
    const rows = this.#read.all(room, first, last) as { json: ArrayBuffer; count: number }[]
    return rows.map(({ json, count }) => ({ count, ...(parseStored(json) as Entry) }))
  }
}
