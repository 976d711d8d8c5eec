import { RoomfulError } from '@roomful/contract'
import { handled, untilDone } from '../../promises.ts'
import {
  type EntryKey,
  keyOf,
  type OutboxStorage,
  recordsIn,
  type StoredEntry,
  type StoredRecord,
  textOf,
} from './outbox-storage.ts'

/** How long one call of the storage may take. */
const STORAGE_MS = 10_000

/** Resolves with undefined where there is no storage. */
export type OpenStorage = (address: string) => Promise<OutboxStorage | undefined>

/** Reads and writes while no other call of the same page does. */
export interface RecordAccess {
  readonly read: (prefix?: string) => Promise<readonly StoredRecord[]>
  /** Stores and removes in one step. */
  readonly change: (put: readonly StoredEntry[], remove: readonly EntryKey[]) => Promise<void>
}

export interface PageRecordsEvents {
  opened(name: string): void
  /** The storage is given up. Told once. */
  failed(error: unknown): void
}

/** The records of one page in a storage: calls it in turn, each for 10 s at most, and gives it up where it fails. */
export class PageRecords {
  /** The records that are in the storage or may be, and are this page's: its own and adopted ones. */
  readonly held: Map<string, StoredRecord> = new Map()
  readonly #open: () => Promise<OutboxStorage | undefined>
  readonly #events: PageRecordsEvents
  readonly began: number = Date.now()
  /** The earlier pages of the tab. */
  after: readonly string[] = []
  readonly #closing = new AbortController()
  #opening: Promise<OutboxStorage | undefined> | undefined
  /** Settles when all earlier calls have. */
  #lastTurn: Promise<unknown> = Promise.resolve()
  #removed: Promise<boolean> | undefined

  constructor(open: () => Promise<OutboxStorage | undefined>, events: PageRecordsEvents) {
    this.#open = open
    this.#events = events
  }

  /** Set when the storage is given up or there is none: whether the held records were removed from it. */
  get removed(): Promise<boolean> | undefined {
    return this.#removed
  }

  get isOpening(): boolean {
    return this.#opening !== undefined
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  /** Whether any record of that page is held. */
  holds(cid: string): boolean {
    return [...this.held.values()].some((record) => record.cid === cid)
  }

  /** Opens the storage where it is not open, and calls `work` after the earlier calls; undefined without a storage. */
  inTurn<T>(work: (access: RecordAccess) => Promise<T>): Promise<T | undefined> {
    if (this.isClosed) return Promise.reject(closedError())
    const turn = this.#lastTurn.then(async () => {
      try {
        if (this.isClosed && !this.#opening) throw closedError()
        const storage = await (this.#opening ??= this.#openStorage())
        return storage && (await work(this.#accessTo(storage)))
      } catch (error) {
        await this.giveUp(error)
        throw error
      }
    })
    this.afterTurns(() => turn)
    return turn
  }

  /** Runs after the calls so far, and before later ones. */
  afterTurns(work: () => unknown): void {
    this.#lastTurn = this.#lastTurn.then(work).catch(() => {}) // a failed turn tells its caller
  }

  /** Tries once more to remove the records of this page, which goes on sending them from memory: no other page may send them too. */
  giveUp(error: unknown): Promise<boolean> {
    if (this.isClosed) return Promise.resolve(false)
    if (this.#removed) return this.#removed
    this.#removed = this.#removeAll()
    this.#events.failed(error)
    return this.#removed
  }

  /** Closes the storage after the calls so far; stops opening it at once. */
  close(): void {
    this.#closing.abort()
    this.afterTurns(async () => (await this.#opening)?.close())
  }

  #accessTo(storage: OutboxStorage): RecordAccess {
    const write = async (changes: ReadonlyMap<string, string | null>): Promise<void> => {
      if (changes.size > 0) await inTime(storage.write([...changes]), 'storing messages')
    }
    return {
      read: async (prefix = '') => recordsIn(await inTime(storage.read(prefix), 'reading stored messages')),
      change: async (put, remove) => {
        const changes = new Map<string, string | null>(remove.map((key) => [keyOf(key), null]))
        for (const entry of put) {
          const key = keyOf(entry)
          const { began, after } = this.held.get(key) ?? this
          const record = { ...entry, began, ...(after && after.length > 0 && { after }) }
          changes.set(key, textOf(record))
          this.held.set(key, record)
        }
        try {
          await write(changes)
        } catch (error) {
          if (error instanceof RoomfulError && error.code === 'TIMEOUT') throw error
          // The storage may have lost earlier records: it gets all of them again, once.
          const texts = [...this.held].map(([key, record]) => [key, textOf(record)] as const)
          await write(new Map<string, string | null>([...texts, ...changes]))
        }
        for (const [key, text] of changes) if (text === null) this.held.delete(key)
      },
    }
  }

  async #removeAll(): Promise<boolean> {
    try {
      const storage = await this.#opening
      const removals = [...this.held.keys()].map((key) => [key, null] as const)
      if (removals.length > 0) await inTime(storage!.write(removals), 'removing messages')
      this.held.clear()
    } catch {
      // `failed` has told why.
    }
    return this.held.size === 0
  }

  async #openStorage(): Promise<OutboxStorage | undefined> {
    const { signal } = this.#closing
    const opening = this.#open()
    const closed = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(closedError())))
    const closeIfLate = (storage?: OutboxStorage): unknown => (this.#removed || signal.aborted) && storage?.close()
    void handled(opening.then(closeIfLate))
    const storage = await inTime(Promise.race([opening, closed]), 'opening the outbox storage')
    if (storage) this.#events.opened(storage.name)
    else this.#removed = Promise.resolve(true)
    return storage
  }
}

function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  return untilDone(work, { timeoutMs: STORAGE_MS }, what)
}

function closedError(): RoomfulError {
  return new RoomfulError('DISCONNECTED', 'the outbox storage is closed')
}
