import type { Entry } from '@roomful/contract/protocol'
import type Database from 'libsql'
import type { PageRequest } from '../log.ts'
import type { Keep } from '../retention.ts'
import { parseStored } from './stored-json.ts'

/** A room that was written in; others have no row. */
export interface StoredRoom {
  readonly id: number
  readonly head: number
}

interface Placed {
  readonly seq: number
  readonly at: number
}

interface Size {
  readonly seq: number
  readonly bytes: number
}

/** Pages leave out what is past its retention, so deleting it can wait until so many were added. */
const TRIM_EVERY = 100
/** So that a log whose retention became shorter does not stand still for one long delete. */
const MAX_TRIMMED = 5_000

/** The tables of rooms and of their entries. */
export class StoredRooms {
  readonly #find: Database.Statement
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

  constructor(database: Database.Database) {
    this.#find = database.prepare('SELECT id, head FROM rooms WHERE name = ?').raw()
    this.#make = database.prepare('INSERT INTO rooms (name, head) VALUES (?, 0)')
    this.#setHead = database.prepare('UPDATE rooms SET head = ? WHERE id = ?')
    this.#next = database.prepare('SELECT id, name, head FROM rooms WHERE id > ? ORDER BY id LIMIT ?')
    this.#insert = database.prepare('INSERT INTO entries VALUES (?, ?, ?, ?, ?)')
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
      'SELECT CAST(json AS BLOB) AS json FROM entries WHERE room = ? AND seq BETWEEN ? AND ? ORDER BY seq',
    )
  }

  find(name: string): StoredRoom | undefined {
    const row = this.#find.get(JSON.stringify(name)) as [id: number, head: number] | undefined
    return row && { id: row[0], head: row[1] }
  }

  make(name: string): StoredRoom {
    return { id: Number(this.#make.run(JSON.stringify(name)).lastInsertRowid), head: 0 }
  }

  /** Rooms in the order in which they were made, behind one. */
  next(id: number, count: number): readonly (StoredRoom & { readonly name: string })[] {
    const rows = this.#next.all(id, count) as (StoredRoom & { name: string })[]
    return rows.map((row) => ({ ...row, name: JSON.parse(row.name) as string }))
  }

  /** Entries that follow the room's head. */
  add(room: StoredRoom, entries: readonly Entry[], keep: Keep): void {
    const { id } = room
    for (const entry of entries) {
      const json = JSON.stringify(entry)
      this.#insert.run(id, entry.seq, entry.at, Buffer.byteLength(json), json)
    }
    const head = entries.at(-1)?.seq
    if (head === undefined) return
    this.#setHead.run(head, id)
    if (Math.floor(head / TRIM_EVERY) > Math.floor(room.head / TRIM_EVERY)) this.trim({ id, head }, keep)
  }

  trim(room: StoredRoom, keep: Keep): void {
    const oldest = this.#oldestFrom.get(room.id, 0) as Placed | undefined
    if (oldest === undefined) return
    const first = this.first(room, keep)
    if (first > oldest.seq) this.#delete.run(room.id, Math.min(first, oldest.seq + MAX_TRIMMED))
  }

  /** The oldest `seq` that is to be held, whether or not the others are deleted yet. */
  first({ id, head }: StoredRoom, { maxEntries, since }: Keep): number {
    const oldest = this.#oldestFrom.get(id, head - maxEntries + 1) as Placed | undefined
    if (oldest === undefined) return head + 1
    return oldest.at >= since ? oldest.seq : this.#firstYoung(id, oldest.seq, head + 1, since)
  }

  /**
   * Halves, since times rise with the places: a join must not walk through all that waits to be deleted. Where a clock was
   * set back, entries go earlier or later by as much.
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

  page({ id }: StoredRoom, first: number, request: PageRequest): Entry[] {
    const { limit } = request
    const sizes = (
      'after' in request
        ? this.#sizesAfter.all(id, Math.max(request.after + 1, first), limit)
        : this.#sizesBefore.all(id, request.before, first, limit)
    ) as Size[]
    const fitting = takeBytes(sizes, request.bytes).map(({ seq }) => seq)
    if (fitting.length === 0) return []
    const rows = this.#read.all(id, Math.min(...fitting), Math.max(...fitting)) as { json: ArrayBuffer }[]
    return rows.map(({ json }) => parseStored(json) as Entry)
  }
}

/** As many as fit, and one at least. */
function takeBytes(sizes: readonly Size[], bytes: number): readonly Size[] {
  let total = 0
  const end = sizes.findIndex((size, index) => {
    total += size.bytes
    return total > bytes && index > 0
  })
  return end === -1 ? sizes : sizes.slice(0, end)
}
