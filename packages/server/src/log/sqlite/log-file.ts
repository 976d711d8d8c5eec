import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'libsql'
import { assertIntact } from './check-integrity.ts'
import { MAX_LINEAGE } from '../lineage.ts'
import { logFailure } from './log-failure.ts'
import { ensureSchema } from './schema.ts'

/** With `normal`, confirmed writes survive a killed process; with `full`, also a power loss. */
export type Sync = 'normal' | 'full'

interface Meta {
  readonly seed: string
  readonly seeds: string
  readonly boot: string
  readonly sync: string
  readonly clean: number
}

/** A log's file, opened and locked by this process. */
export class LogFile {
  readonly name: string
  readonly database: Database.Database
  /** The epochs of all rooms are derived from the first one, those of their lineage from the others, newest first. */
  #seeds: readonly string[]

  /** @throws RoomfulError `LOG_FAILED` */
  constructor(name: string, sync: Sync, boot: string) {
    this.name = name
    try {
      mkdirSync(dirname(name), { recursive: true })
      this.database = new Database(name)
    } catch (error) {
      throw logFailure(name, error)
    }
    try {
      this.#seeds = this.#begin(sync, boot)
    } catch (error) {
      this.#closeDatabase()
      throw logFailure(name, error)
    }
  }

  get seeds(): readonly string[] {
    return this.#seeds
  }

  newSeed(): void {
    this.#seeds = this.transaction(() => this.#addSeed(this.#seeds))
  }

  /** Writes what is there already, for a check whether the file can be written. */
  probe(): void {
    this.database.prepare('UPDATE meta SET clean = 0').run()
  }

  /** Writes everything, or nothing. */
  transaction<T>(write: () => T): T {
    this.database.exec('BEGIN IMMEDIATE')
    try {
      const result = write()
      this.database.exec('COMMIT')
      return result
    } catch (error) {
      // After a full disk SQLite has already ended the transaction.
      if (this.database.inTransaction) this.database.exec('ROLLBACK')
      throw error
    }
  }

  /** Marks the file as complete, merges the WAL into it, and unlocks it. */
  close(): void {
    const { database } = this
    try {
      database.exec('PRAGMA synchronous = FULL')
      database.exec('UPDATE meta SET clean = 1')
      database.pragma('journal_mode = DELETE')
    } catch (error) {
      throw logFailure(this.name, error)
    } finally {
      this.#closeDatabase()
    }
  }

  /** Unlocks first: prepared statements keep the connection open until they are garbage-collected. */
  #closeDatabase(): void {
    const { database } = this
    try {
      database.pragma('locking_mode = NORMAL')
      database.pragma('schema_version') // SQLite unlocks at the next read
    } catch {
      // The earlier error matters more.
    } finally {
      database.close()
    }
  }

  #begin(sync: Sync, boot: string): readonly string[] {
    const { database } = this
    database.pragma('locking_mode = EXCLUSIVE')
    // The mark of this run must reach the disk before any write that a power loss could take.
    database.exec('PRAGMA synchronous = FULL')
    const seeds = this.transaction(() => {
      ensureSchema(database)
      assertIntact(database)
      return this.#mark(sync, boot)
    })
    const [mode] = database.pragma('journal_mode = WAL') as [{ journal_mode: string }]
    if (mode.journal_mode !== 'wal') throw new Error("SQLite's WAL mode does not work on this disk")
    if (sync === 'normal') database.exec('PRAGMA synchronous = NORMAL')
    return seeds
  }

  /** S10: clients may have seen numbers that a power loss took, so that these must not be given again in the same epoch. */
  #mark(sync: Sync, boot: string): readonly string[] {
    const { database } = this
    const before = database.prepare('SELECT seed, seeds, boot, sync, clean FROM meta').get() as Meta | undefined
    if (before === undefined) {
      const seed = randomSeed()
      database
        .prepare('INSERT INTO meta (seed, boot, sync, clean, senders) VALUES (?, ?, ?, 0, 0)')
        .run(seed, boot, sync)
      return [seed]
    }
    const isComplete = before.clean === 1 || before.boot === boot || before.sync === 'full'
    database.prepare('UPDATE meta SET boot = ?, sync = ?, clean = 0').run(boot, sync)
    const seeds = [before.seed, ...(JSON.parse(before.seeds) as string[])]
    return isComplete ? seeds : this.#addSeed(seeds)
  }

  /** Begins a new epoch in all rooms, and keeps the head of each as that of its earlier epoch. */
  #addSeed(earlier: readonly string[]): readonly string[] {
    const { database } = this
    const seeds = [randomSeed(), ...earlier.slice(0, MAX_LINEAGE)]
    const [seed, ...kept] = seeds
    database.prepare('UPDATE meta SET seed = ?, seeds = ?').run(seed, JSON.stringify(kept))
    database.exec(
      `UPDATE rooms SET heads = json_remove('[' || head || iif(heads = '[]', ']', ',' || substr(heads, 2)), '$[${MAX_LINEAGE}]')`,
    )
    return seeds
  }
}

function randomSeed(): string {
  return randomBytes(16).toString('base64url')
}
