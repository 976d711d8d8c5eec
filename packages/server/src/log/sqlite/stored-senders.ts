import type Database from 'libsql'
import { rowLimitReached, ownerOf, type RowLimits } from '../row-limits.ts'
import type { RecordedAnswer, Sender, SenderRow } from '../sender-row.ts'
import { parseStored } from './stored-json.ts'

type StoredRow = [last: number, results: ArrayBuffer, usedAt: number]

interface Counts {
  readonly senders: number
  readonly guests: number
}

/** The table of senders' rows. Their counts are stored in `meta`, so that they stay right after a rollback. */
export class StoredSenders {
  readonly #limits: RowLimits
  readonly #find: Database.Statement
  readonly #insert: Database.Statement
  readonly #update: Database.Statement
  readonly #deleteOld: Database.Statement
  readonly #deleteOldOfServer: Database.Statement
  readonly #counts: Database.Statement
  readonly #countOfOwner: Database.Statement
  readonly #countAtAddress: Database.Statement
  readonly #addCounts: Database.Statement

  constructor(database: Database.Database, limits: RowLimits) {
    this.#limits = limits
    const key = 'owner = ? AND cid = ? AND room = ?'
    this.#find = database.prepare(`SELECT last, CAST(results AS BLOB), used_at FROM senders WHERE ${key}`).raw()
    this.#insert = database.prepare(
      'INSERT INTO senders (owner, cid, room, used_at, last, results, address) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.#update = database.prepare(`UPDATE senders SET used_at = ?, last = ?, results = ? WHERE ${key}`)
    this.#deleteOld = database.prepare(
      `DELETE FROM senders WHERE used_at < ? AND (substr(owner, 1, 7) = '"guest ') = ?`,
    )
    this.#deleteOldOfServer = database.prepare(`DELETE FROM senders WHERE used_at < ? AND owner = '"server"'`)
    this.#counts = database.prepare('SELECT senders, guest_senders AS guests FROM meta')
    this.#countOfOwner = database.prepare('SELECT count(*) AS count FROM senders WHERE owner = ?')
    this.#countAtAddress = database.prepare('SELECT count(*) AS count FROM senders WHERE address = ?')
    this.#addCounts = database.prepare('UPDATE meta SET senders = senders + ?, guest_senders = guest_senders + ?')
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
    this.#insert.run(...key, usedAt, last, json, sender.address ?? null)
    if (!sender.isServer) this.#addCounts.run(1, sender.user === null ? 1 : 0)
  }

  /** @throws RefusalError `LIMIT` when no more rows fit. */
  assertSpace(sender: Sender): void {
    if (sender.isServer) return
    if (this.#reachedBy(sender) === undefined) return
    this.expire()
    const reached = this.#reachedBy(sender)
    if (reached !== undefined) throw rowLimitReached(reached)
  }

  /** Deletes rows that are too old (S8). */
  expire(): void {
    const before = Date.now() - this.#limits.dedupMs
    this.#deleteOldOfServer.run(before)
    const users = this.#deleteOld.run(before, 0).changes
    const guests = this.#deleteOld.run(before, 1).changes
    if (users + guests > 0) this.#addCounts.run(-users - guests, -guests)
  }

  #reachedBy(sender: Sender): 'all' | 'guests' | 'owner' | 'address' | undefined {
    const { maxRows, maxGuestRows, maxRowsPerUser, maxRowsPerAddress } = this.#limits
    const { address } = sender
    if (address !== undefined && countIn(this.#countAtAddress.get(address)) >= maxRowsPerAddress) return 'address'
    const [owner] = keyOf(0, sender)
    if (countIn(this.#countOfOwner.get(owner)) >= maxRowsPerUser) return 'owner'
    const { senders, guests } = this.#counts.get() as Counts
    if (sender.user === null && guests >= maxGuestRows) return 'guests'
    return senders >= maxRows ? 'all' : undefined
  }
}

function keyOf(room: number, sender: Sender): [owner: string, cid: string, room: number] {
  return [JSON.stringify(ownerOf(sender)), sender.cid, room]
}

function countIn(row: unknown): number {
  return (row as { count: number }).count
}
