import { hash } from 'node:crypto'
import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import { banLimit, type BanOptions } from '../ban-limits.ts'
import type { Appended, Ban, Batch, Committed, LogListener, Page, PageRequest, RoomLog } from '../log.ts'
import { LogListeners } from '../log-listeners.ts'
import { type LogHead, type NewEntry, type Place, placeAfter } from '../log-entry.ts'
import { type RetentionBounds, retentionFor, type RetentionOption } from '../retention.ts'
import { type RowLimits, type RowOptions, rowLimits } from '../row-limits.ts'
import { type Sender, type SenderRow, settle } from '../sender-row.ts'
import { bootId } from './boot-id.ts'
import { isDamage, logFailure } from './log-failure.ts'
import { LogFile, type Sync } from './log-file.ts'
import { GroupCommit } from './group-commit.ts'
import { StoredBans } from './stored-bans.ts'
import { type StoredRoom, StoredRooms } from './stored-rooms.ts'
import { StoredSenders } from './stored-senders.ts'
import { Sweep } from './sweep.ts'

export interface SqliteLogOptions extends RowOptions, BanOptions {
  /** The path of the file, which is made with its folder if missing. One process at a time can use it. */
  readonly file: string
  /** `normal` (the default): confirmed messages survive a killed process. `full`: also a power loss, but it is slower. */
  readonly sync?: Sync
  /** What a room keeps. Default: 100,000 entries of any age. */
  readonly retention?: RetentionOption
}

/**
 * Makes a log in a SQLite file, with the npm package `libsql`.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for options that cannot work; `LOG_FAILED` for a file that cannot be used:
 * damaged, not a log, in use, without permission, on a full disk.
 * @example
 * const rooms = createRooms(io, { contract, log: sqliteLog({ file: 'data/rooms.db' }) })
 */
export function sqliteLog(options: SqliteLogOptions): RoomLog {
  const { file, sync = 'normal' } = options
  if (typeof file !== 'string' || file === '') throw invalid(`file must be the path of a file, got ${describe(file)}`)
  if (!['normal', 'full'].includes(sync)) throw invalid(`sync must be "normal" or "full", got ${describe(sync)}`)
  const limits = rowLimits('sqliteLog', options)
  const keep = retentionFor('sqliteLog', options.retention ?? {}, 100_000)
  const maxBans = banLimit('sqliteLog', options)
  return new SqliteLog(new LogFile(file, sync, bootId()), limits, keep, maxBans)
}

const EMPTY: Place = { head: 0, count: 0 }

export class SqliteLog implements RoomLog {
  readonly dedupMs: number
  readonly durability = 'disk'
  readonly #file: LogFile
  readonly #keep: (room: string) => RetentionBounds
  readonly #commits: GroupCommit
  readonly #rooms: StoredRooms
  readonly #senders: StoredSenders
  readonly #bans: StoredBans
  readonly #sweep: Sweep
  readonly #listeners = new LogListeners()
  #closed = false
  /** Set when a part of the file could not be read; from then on every call fails. */
  #damage: RoomfulError | undefined

  constructor(file: LogFile, limits: RowLimits, keep: (room: string) => RetentionBounds, maxBans: number) {
    this.dedupMs = limits.dedupMs
    this.#file = file
    this.#keep = keep
    this.#commits = new GroupCommit(file)
    this.#rooms = new StoredRooms(file.database)
    this.#senders = new StoredSenders(file.database, limits)
    this.#bans = new StoredBans(file.database, maxBans)
    this.#sweep = new Sweep({
      rooms: this.#rooms,
      senders: this.#senders,
      bans: this.#bans,
      keep,
      write: (slice) => this.#write(slice),
    })
  }

  commit(room: string, batch: Batch): Promise<Committed | undefined> {
    return this.#write(
      () => this.#commit(room, batch),
      (committed) => committed && this.#listeners.call(room, committed),
    )
  }

  redact(room: string, seq: number, entry: NewEntry): Promise<Appended | undefined> {
    return this.#write(
      () => {
        const stored = this.#rooms.find(room)
        const entries = stored && this.#rooms.redact(stored, seq, entry, this.#keep(room))
        return entries && { epoch: this.#epochOf(room), ...placeAfter(entries, stored), entries }
      },
      (appended) => appended && this.#listeners.call(room, appended),
    )
  }

  async row(room: string, sender: Sender): Promise<SenderRow | undefined> {
    return this.#now(() => this.#rowOf(this.#rooms.find(room)?.id, sender))
  }

  async page(room: string, request: PageRequest): Promise<Page> {
    return this.#now(() => {
      const stored = this.#rooms.find(room)
      const head = this.#headOf(room, stored)
      if (stored === undefined) return { first: 1, entries: [], ...head }
      const first = this.#rooms.first(stored, this.#keep(room))
      return { first, ...this.#rooms.page(stored, first, request), ...head }
    })
  }

  async heads(rooms: readonly string[]): Promise<readonly LogHead[]> {
    return this.#now(() => rooms.map((room) => this.#headOf(room, this.#rooms.find(room))))
  }

  async ban(room: string, userId: string): Promise<Ban | undefined> {
    return this.#now(() => this.#bans.get(room, userId))
  }

  setBan(room: string, userId: string, ban: Ban | undefined): Promise<void> {
    return this.#write(() => this.#bans.set(room, userId, ban))
  }

  async newEpoch(): Promise<void> {
    this.#now(() => {
      this.#commits.flush()
      this.#file.newSeed()
    })
  }

  /** A stored room is never forgotten, so that it does not matter here whether it is in use. */
  subscribe(room: string, listener: LogListener): () => void {
    return this.#listeners.add(room, listener)
  }

  check(): Promise<void> {
    return this.#write(() => this.#file.probe())
  }

  /** @throws RoomfulError `LOG_FAILED` */
  close(): void {
    if (this.#closed) return
    this.#sweep.stop()
    this.#commits.flush()
    this.#closed = true
    this.#file.close()
  }

  #commit(room: string, { epoch, sender, items }: Batch): Committed | undefined {
    if (epoch !== undefined && epoch !== this.#epochOf(room)) return undefined
    const keep = this.#keep(room)
    const known = this.#rooms.find(room)
    const step = settle(this.#rowOf(known?.id, sender), items, known ?? EMPTY, Date.now())
    const { results, row } = step
    let { entries } = step
    if (row !== undefined) {
      const stored = known ?? this.#rooms.make(room)
      entries = this.#rooms.add(stored, entries, keep)
      this.#senders.set(stored.id, sender, row)
    }
    return { epoch: this.#epochOf(room), ...placeAfter(entries, known ?? EMPTY), results, entries }
  }

  #headOf(room: string, stored: StoredRoom | undefined): LogHead {
    const { head, count } = stored ?? EMPTY
    const [, ...seeds] = this.#file.seeds
    const heads = stored === undefined || seeds.length === 0 ? [] : this.#rooms.earlierHeads(stored)
    const lineage = seeds.map((seed, index) => ({ epoch: epochFrom(seed, room), head: heads[index] ?? 0 }))
    return { epoch: this.#epochOf(room), head, count, lineage }
  }

  #rowOf(room: number | undefined, sender: Sender): SenderRow | undefined {
    const row = room === undefined ? undefined : this.#senders.get(room, sender)
    if (row === undefined) this.#senders.assertSpace(sender)
    return row
  }

  /** Derived from the name, so that a room needs no row before its first message: joins of many names fill no disk. */
  #epochOf(room: string): string {
    return epochFrom(this.#file.seeds[0], room)
  }

  async #write<T>(write: () => T, onStored?: (value: T) => void): Promise<T> {
    this.#assertOpen()
    try {
      return await this.#commits.run(write, onStored)
    } catch (error) {
      throw this.#failure(error)
    }
  }

  #now<T>(task: () => T): T {
    this.#assertOpen()
    try {
      return task()
    } catch (error) {
      throw this.#failure(error)
    }
  }

  #failure(error: unknown): RoomfulError {
    const failure = logFailure(this.#file.name, error)
    if (isDamage(error)) this.#damage = failure
    return failure
  }

  #assertOpen(): void {
    if (this.#closed) throw new RoomfulError('LOG_FAILED', `the log ${this.#file.name} is closed`)
    if (this.#damage !== undefined) throw this.#damage
  }
}

function epochFrom(seed: string | undefined, room: string): string {
  return hash('sha256', `${seed}\n${room}`, 'base64url').slice(0, 16)
}

function invalid(sentence: string): RoomfulError {
  return new RoomfulError('INVALID_ARGUMENT', `sqliteLog: ${sentence}`)
}
