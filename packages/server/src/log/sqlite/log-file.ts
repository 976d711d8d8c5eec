import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'libsql'
import { assertWhole } from './assert-whole.ts'
import { logFailure } from './log-failure.ts'
import { ensureSchema } from './schema.ts'

/** `normal` outlives the process, `full` also a power loss. */
export type Sync = 'normal' | 'full'

interface Meta {
  readonly seed: string
  readonly boot: string
  readonly sync: string
  readonly clean: number
}

/** A log's file, open and held by this process alone. */
export class LogFile {
  readonly name: string
  readonly database: Database.Database
  /** All epochs are made of it. */
  #seed: string

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
      this.#seed = this.#begin(sync, boot)
    } catch (error) {
      this.#letGo()
      throw logFailure(name, error)
    }
  }

  get seed(): string {
    return this.#seed
  }

  newSeed(): void {
    const seed = randomSeed()
    this.database.prepare('UPDATE meta SET seed = ?').run(seed)
    this.#seed = seed
  }

  /** All of it is written, or nothing. */
  transaction<T>(write: () => T): T {
    this.database.exec('BEGIN IMMEDIATE')
    try {
      const result = write()
      this.database.exec('COMMIT')
      return result
    } catch (error) {
      // A full disk has ended it already.
      if (this.database.inTransaction) this.database.exec('ROLLBACK')
      throw error
    }
  }

  /** Says that nothing is missing, puts all into the one file, and lets go of it. */
  close(): void {
    const { database } = this
    try {
      database.exec('PRAGMA synchronous = FULL')
      database.exec('UPDATE meta SET clean = 1')
      database.pragma('journal_mode = DELETE')
    } catch (error) {
      throw logFailure(this.name, error)
    } finally {
      this.#letGo()
    }
  }

  /** Prepared statements keep the connection until they are collected: the lock must not wait for that. */
  #letGo(): void {
    const { database } = this
    try {
      database.pragma('locking_mode = NORMAL')
      database.pragma('schema_version') // the next read is what unlocks
    } catch {
      // What failed before this is what is told.
    } finally {
      database.close()
    }
  }

  #begin(sync: Sync, boot: string): string {
    const { database } = this
    database.pragma('locking_mode = EXCLUSIVE')
    // That this run is under way must be on the disk before anything that a power loss could take.
    database.exec('PRAGMA synchronous = FULL')
    const seed = this.transaction(() => {
      ensureSchema(database)
      assertWhole(database)
      return this.#mark(sync, boot)
    })
    const [mode] = database.pragma('journal_mode = WAL') as [{ journal_mode: string }]
    if (mode.journal_mode !== 'wal') throw new Error("SQLite's WAL does not work on this disk")
    if (sync === 'normal') database.exec('PRAGMA synchronous = NORMAL')
    return seed
  }

  /** S10: numbers that a power loss took may have been seen, so that they must not be given again in the same epoch. */
  #mark(sync: Sync, boot: string): string {
    const { database } = this
    const before = database.prepare('SELECT seed, boot, sync, clean FROM meta').get() as Meta | undefined
    if (before === undefined) {
      const seed = randomSeed()
      database.prepare('INSERT INTO meta VALUES (?, ?, ?, 0, 0)').run(seed, boot, sync)
      return seed
    }
    const isWhole = before.clean === 1 || before.boot === boot || before.sync === 'full'
    const seed = isWhole ? before.seed : randomSeed()
    database.prepare('UPDATE meta SET seed = ?, boot = ?, sync = ?, clean = 0').run(seed, boot, sync)
    return seed
  }
}

function randomSeed(): string {
  return randomBytes(16).toString('base64url')
}
