import type Database from 'libsql'
import { banLimitReached } from '../ban-limits.ts'
import type { Ban } from '../log.ts'
import { parseStored } from './stored-json.ts'

/** The table of bans. */
export class StoredBans {
  readonly #maxBans: number
  readonly #find: Database.Statement
  readonly #replace: Database.Statement
  readonly #delete: Database.Statement
  readonly #deleteOld: Database.Statement
  readonly #count: Database.Statement

  constructor(database: Database.Database, maxBans: number) {
    this.#maxBans = maxBans
    this.#find = database.prepare(
      'SELECT CAST(json AS BLOB) AS json FROM bans WHERE room = ? AND user = ? AND until > ?',
    )
    this.#replace = database.prepare('INSERT OR REPLACE INTO bans VALUES (?, ?, ?, ?)')
    this.#delete = database.prepare('DELETE FROM bans WHERE room = ? AND user = ?')
    this.#deleteOld = database.prepare('DELETE FROM bans WHERE until <= ?')
    this.#count = database.prepare('SELECT count(*) AS count FROM bans')
  }

  get(room: string, userId: string): Ban | undefined {
    const stored = this.#find.get(...keyOf(room, userId), Date.now()) as { json: ArrayBuffer } | undefined
    return stored && (parseStored(stored.json) as Ban)
  }

  /** @throws RefusalError `LIMIT` for a new ban when no more fit. */
  set(room: string, userId: string, ban: Ban | undefined): void {
    const key = keyOf(room, userId)
    if (ban === undefined) return void this.#delete.run(...key)
    if (this.get(room, userId) === undefined) this.#assertSpace()
    this.#replace.run(...key, ban.until, JSON.stringify(ban))
  }

  /** Deletes bans that are over. */
  expire(): void {
    this.#deleteOld.run(Date.now())
  }

  #assertSpace(): void {
    if (this.#isFull()) this.expire()
    if (this.#isFull()) throw banLimitReached(this.#maxBans)
  }

  #isFull(): boolean {
    return (this.#count.get() as { count: number }).count >= this.#maxBans
  }
}

function keyOf(room: string, userId: string): [room: string, user: string] {
  return [JSON.stringify(room), JSON.stringify(userId)]
}
