import type { Entry } from '@roomful/contract/protocol'
import type Database from 'libsql'
import type { Sized } from '../fit-page.ts'
import { type Amends, type LogEntry, redacted } from '../log-entry.ts'
import { parseStored } from './stored-json.ts'

interface SizedAmendment extends Sized {
  readonly target: number
}

/** No stored amendment is smaller, in bytes. */
const LEAST_BYTES = 64

/** The amendments in the table of entries, found by their targets. */
export class StoredAmendments {
  readonly #database: Database.Database
  readonly #replace: Database.Statement
  readonly #isRedacted: Database.Statement
  readonly #newestAfter: Database.Statement
  readonly #newestBefore: Database.Statement
  readonly #withTarget: Database.Statement
  readonly #rewrite: Database.Statement

  constructor(database: Database.Database) {
    this.#database = database
    this.#replace = database.prepare('UPDATE entries SET slot = NULL WHERE room = ? AND target = ? AND slot = ?')
    this.#isRedacted = database.prepare(
      "SELECT json_extract(json, '$.redacted') AS redacted FROM entries WHERE room = ? AND seq = ?",
    )
    const newest =
      'SELECT target, seq, bytes FROM entries WHERE room = ? AND target BETWEEN ? AND ? AND slot IS NOT NULL'
    this.#newestAfter = database.prepare(`${newest} ORDER BY target, seq DESC LIMIT ?`)
    this.#newestBefore = database.prepare(`${newest} ORDER BY target DESC, seq DESC LIMIT ?`)
    this.#withTarget = database.prepare(
      `SELECT CAST(json AS BLOB) AS json FROM entries WHERE room = ? AND seq = ?
       UNION ALL SELECT CAST(json AS BLOB) FROM entries INDEXED BY entries_by_target WHERE room = ? AND target = ?`,
    )
    this.#rewrite = database.prepare('UPDATE entries SET json = ?, bytes = ?, slot = NULL WHERE room = ? AND seq = ?')
  }

  /** An older amendment with the same slot does not count any more. */
  replace(room: number, { seq, slot }: Amends): void {
    this.#replace.run(room, seq, slot)
  }

  isRedacted(room: number, seq: number): boolean {
    return (this.#isRedacted.get(room, seq) as { redacted: unknown } | undefined)?.redacted === 1
  }

  /** Those that count, by target: of the first targets at least as many as fit into so many bytes. */
  newest(room: number, targets: readonly Sized[], bytes: number): ReadonlyMap<number, readonly Sized[]> {
    const [first, last] = [targets[0]?.seq ?? 0, targets.at(-1)?.seq ?? 0]
    const limit = Math.ceil(bytes / LEAST_BYTES) + 1
    const rows = (
      first <= last ? this.#newestAfter.all(room, first, last, limit) : this.#newestBefore.all(room, last, first, limit)
    ) as SizedAmendment[]
    const byTarget = new Map<number, Sized[]>()
    for (const row of rows) {
      const ofTarget = byTarget.get(row.target) ?? []
      byTarget.set(row.target, ofTarget)
      ofTarget.push(row)
    }
    return byTarget
  }

  /** Deletes the data of an entry and of its amendments, also on the disk: SQLite overwrites it. */
  redact(room: number, seq: number): void {
    this.#database.pragma('secure_delete = ON')
    const rows = this.#withTarget.all(room, seq, room, seq) as { json: ArrayBuffer }[]
    for (const { json } of rows) {
      const { count: _, ...entry } = redacted({ ...(parseStored(json) as Entry), count: 0 })
      const text = JSON.stringify(entry)
      this.#rewrite.run(text, Buffer.byteLength(text), room, entry.seq)
    }
    this.#database.pragma('secure_delete = OFF')
  }

  /** An amendment of an entry that is redacted has no data either. */
  admit(room: number, entry: LogEntry): LogEntry {
    return entry.amends !== undefined && this.isRedacted(room, entry.amends.seq) ? redacted(entry) : entry
  }
}
