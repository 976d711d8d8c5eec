import { hash } from 'node:crypto'
import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import type { Appended, Batch, Committed, Page, PageRequest, RoomLog } from '../log.ts'
import { type NewEntry, placed } from '../new-entry.ts'
import { type Keep, keeper, type RetentionOption } from '../retention.ts'
import { type RowLimits, type RowOptions, rowLimits } from '../row-limits.ts'
import { type Sender, type SenderRow, settle } from '../sender-row.ts'
import { bootId } from './boot-id.ts'
import { isDamage, logFailure } from './log-failure.ts'
import { LogFile, type Sync } from './log-file.ts'
import { SharedCommits } from './shared-commits.ts'
import { StoredRooms } from './stored-rooms.ts'
import { StoredSenders } from './stored-senders.ts'
import { Sweep } from './sweep.ts'

export interface SqliteLogOptions extends RowOptions {
  /** Made with its folder where it is not there. One process at a time has it. */
  readonly file: string
  /** `normal` unless given: what was answered outlives a killed process. `full` is slower, and outlives a power loss too. */
  readonly sync?: Sync
  /** What a room keeps: 100,000 entries of any age unless given. */
  readonly retention?: RetentionOption
}

/**
 * A log in a SQLite file, by the npm package `libsql`.
 *
 * @throws RoomfulError `LOG_FAILED` for a file that cannot be used: damaged, not a log, in use, not allowed, no space.
 * @example
 * const rooms = createRooms(io, { contract, log: sqliteLog({ file: 'data/rooms.db' }) })
 */
export function sqliteLog(options: SqliteLogOptions): RoomLog {
  const { file, sync = 'normal' } = options
  if (typeof file !== 'string' || file === '') throw invalid(`file must be the path of a file, got ${describe(file)}`)
  if (!['normal', 'full'].includes(sync)) throw invalid(`sync must be "normal" or "full", got ${describe(sync)}`)
  const limits = rowLimits('sqliteLog', options)
  const keep = keeper('sqliteLog', options.retention ?? {}, 100_000)
  return new SqliteLog(new LogFile(file, sync, bootId()), limits, keep)
}

export class SqliteLog implements RoomLog {
  readonly dedupMs: number
  readonly #file: LogFile
  readonly #keep: (room: string) => Keep
  readonly #commits: SharedCommits
  readonly #rooms: StoredRooms
  readonly #senders: StoredSenders
  readonly #sweep: Sweep
  #closed = false
  /** Once some of the file cannot be read, nothing more is confirmed into it. */
  #damage: RoomfulError | undefined

  constructor(file: LogFile, limits: RowLimits, keep: (room: string) => Keep) {
    this.dedupMs = limits.dedupMs
    this.#file = file
    this.#keep = keep
    this.#commits = new SharedCommits(file)
    this.#rooms = new StoredRooms(file.database)
    this.#senders = new StoredSenders(file.database, limits)
    this.#sweep = new Sweep({
      rooms: this.#rooms,
      senders: this.#senders,
      keep,
      write: (slice) => this.#write(slice),
    })
  }

  commit(room: string, batch: Batch): Promise<Committed | undefined> {
    return this.#write(() => this.#commit(room, batch))
  }

  append(room: string, entries: readonly NewEntry[]): Promise<Appended> {
    return this.#write(() => {
      const keep = this.#keep(room)
      const stored = this.#rooms.find(room) ?? this.#rooms.make(room)
      const added = placed(entries, stored.head)
      this.#rooms.add(stored, added, keep)
      return { epoch: this.#epochOf(room), head: stored.head + added.length, entries: added }
    })
  }

  async row(room: string, sender: Sender): Promise<SenderRow | undefined> {
    return this.#now(() => this.#rowOf(this.#rooms.find(room)?.id, sender))
  }

  async page(room: string, request: PageRequest): Promise<Page> {
    return this.#now(() => {
      const epoch = this.#epochOf(room)
      const stored = this.#rooms.find(room)
      if (stored === undefined) return { epoch, head: 0, first: 1, entries: [] }
      const first = this.#rooms.first(stored, this.#keep(room))
      return { epoch, head: stored.head, first, entries: this.#rooms.page(stored, first, request) }
    })
  }

  async newEpoch(): Promise<void> {
    this.#now(() => {
      this.#commits.flush()
      this.#file.newSeed()
    })
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
    if (epoch !== this.#epochOf(room)) return undefined
    const keep = this.#keep(room)
    const known = this.#rooms.find(room)
    const step = settle(this.#rowOf(known?.id, sender), items, known?.head ?? 0, Date.now())
    const { results, entries, row } = step
    if (row !== undefined) {
      const stored = known ?? this.#rooms.make(room)
      this.#rooms.add(stored, entries, keep)
      this.#senders.set(stored.id, sender, row)
    }
    return { epoch, head: (known?.head ?? 0) + entries.length, results, entries }
  }

  #rowOf(room: number | undefined, sender: Sender): SenderRow | undefined {
    const row = room === undefined ? undefined : this.#senders.get(room, sender)
    if (row === undefined) this.#senders.assertSpace(sender)
    return row
  }

  /** A room needs no row before something is said in it: whoever joins rooms of any name fills no disk. */
  #epochOf(room: string): string {
    return hash('sha256', `${this.#file.seed}\n${room}`, 'base64url').slice(0, 16)
  }

  async #write<T>(write: () => T): Promise<T> {
    this.#assertOpen()
    try {
      return await this.#commits.run(write)
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

function invalid(sentence: string): RoomfulError {
  return new RoomfulError('INVALID_ARGUMENT', `sqliteLog: ${sentence}`)
}
