import type Database from 'libsql'
import { rowLimitReached, ownerOf, type RowLimits } from '../row-limits.ts'
import type { RecordedAnswer, Sender, SenderRow } from '../sender-row.ts'
import { parseStored } from './stored-json.ts'

type StoredRow = [last: number, results: ArrayBuffer, usedAt: number]

/** The table of senders' rows. Their count is stored in `meta`, so that it stays right after a rollback. */
export class StoredSenders {
  readonly #limits: RowLimits
  readonly #find: Database.Statement
  readonly #insert: Database.Statement
  readonly #update: Database.Statement
  readonly #deleteOld: Database.Statement
  readonly #count: Database.Statement
  readonly #countOf: Database.Statement
  readonly #addCount: Database.Statement

  constructor(database: Database.Database, limits: RowLimits) {
    this.#limits = limits
    const key = 'owner = ? AND cid = ? AND room = ?'
    this.#find = database.prepare(`SELECT last, CAST(results AS BLOB), used_at FROM senders WHERE ${key}`).raw()
    this.#insert = database.prepare('INSERT INTO senders VALUES (?, ?, ?, ?, ?, ?)')
    this.#update = database.prepare(`UPDATE senders SET used_at = ?, last = ?, results = ? WHERE ${key}`)
    this.#deleteOld = database.prepare('DELETE FROM senders WHERE used_at < ?')
    this.#count = database.prepare('SELECT senders AS count FROM meta')
    this.#countOf = database.prepare('SELECT count(*) AS count FROM senders WHERE owner = ?')
    this.#addCount = database.prepare('UPDATE meta SET senders = senders + ?')
  }

  get(room: number, sender: Sender): SenderRow | undefined {
    const stored = this.#find.get(...keyOf(room, sender)) as StoredRow | undefined
    if (stored === undefined) return undefined
    const [last, results, usedAt] = stored
    return { last, results: parseStored(results) as RecordedAnswer[], usedAt }
  }

  set(room: number, sender: Sender, { last, results, usedAt }: SenderRow): void {
    const key = keyOf(room, sender)
    const json = JSON.stringify(results)
    if (this.#update.run(usedAt, last, json, ...key).changes > 0) return
    this.#insert.run(...key, usedAt, last, json)
    this.#addCount.run(1)
  }

  /** @throws RefusalError `LIMIT` when no more rows fit. */
  assertSpace(sender: Sender): void {
    if (!this.#isFull(sender)) return
    this.expire()
    if (this.#isFull(sender)) throw rowLimitReached()
  }

  /** Deletes rows that are too old (S8). */
  expire(): void {
    const { changes } = this.#deleteOld.run(Date.now() - this.#limits.dedupMs)
    if (changes > 0) this.#addCount.run(-changes)
  }

  #isFull(sender: Sender): boolean {
    const { maxRows, maxRowsPerUser } = this.#limits
    if (countIn(this.#count.get()) >= maxRows) return true
    const [owner] = keyOf(0, sender)
    return countIn(this.#countOf.get(owner)) >= maxRowsPerUser
  }
}

function keyOf(room: number, sender: Sender): [owner: string, cid: string, room: number] {
  return [JSON.stringify(ownerOf(sender)), sender.cid, room]
}

function countIn(row: unknown): number {
  return (row as { count: number }).count
}
