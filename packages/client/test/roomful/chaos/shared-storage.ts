import { setTimeout as delay } from 'node:timers/promises'
import type { EntryKey, StoredEntry } from '../../../src/roomful/storage/storage-session.ts'
import type { OutboxOption } from '../../../src/roomful/storage/stored-outbox.ts'
import { outboxOver, type SimulatedStorage } from '../storage/support/session-over.ts'
import { between, type Random } from './random.ts'

const SLOWEST_WRITE_MS = 8
/** A page that unloads keeps its locks for up to this time. */
const LONGEST_UNLOAD_MS = 150

/** One page's side of the storage. */
export interface PageStorage {
  readonly outbox: OutboxOption
  /** Ends the page, and the writes under way. Returns the stored entries. */
  close(): readonly StoredEntry[]
}

/** A browser's storage for the successive pages of one tab, with a lock for each page's cid. */
export class SharedStorage {
  readonly #random: Random
  /** By page, oldest first, then by n. */
  readonly #entries = new Map<string, Map<number, StoredEntry>>()
  /** By cid: resolves when the page that holds the lock has ended. */
  readonly #locks = new Map<string, Promise<void>>()

  constructor(random: Random) {
    this.#random = random
  }

  /** The entries of all pages. */
  get entries(): StoredEntry[] {
    return [...this.#entries.values()].flatMap((page) => [...page.values()])
  }

  page(user: string | undefined): PageStorage {
    let isClosed = false
    let unload = (): void => {}
    const unloaded = new Promise<void>((resolve) => (unload = resolve))
    /** The pages whose locks this page holds or waits for. */
    const requested = new Set<string>()
    let lastWrite = Promise.resolve()

    const storage: SimulatedStorage = {
      store: (put, remove) => {
        lastWrite = lastWrite.then(async () => {
          await delay(between(this.#random, 0, SLOWEST_WRITE_MS))
          if (isClosed) await forever()
          this.#write(put, remove)
        })
        return lastWrite
      },
      adopt: async (owner) => {
        const adopted: StoredEntry[] = []
        for (const [cid, entries] of this.#entries) {
          if (requested.has(cid)) continue
          requested.add(cid)
          await this.#locks.get(cid)
          if (isClosed) await forever()
          this.#locks.set(cid, unloaded)
          adopted.push(...[...entries.values()].filter((entry) => entry.user === owner).sort((a, b) => a.n - b.n))
        }
        return adopted
      },
    }

    return {
      outbox: outboxOver(({ cid }) => {
        requested.add(cid)
        this.#locks.set(cid, unloaded)
        return storage
      }, user),
      close: () => {
        isClosed = true
        setTimeout(unload, between(this.#random, 0, LONGEST_UNLOAD_MS))
        return this.entries
      },
    }
  }

  #write(put: readonly StoredEntry[], remove: readonly EntryKey[]): void {
    for (const entry of put) {
      const page = this.#entries.get(entry.cid) ?? new Map<number, StoredEntry>()
      this.#entries.set(entry.cid, page.set(entry.n, structuredClone(entry)))
    }
    for (const { cid, n } of remove) {
      this.#entries.get(cid)?.delete(n)
      if (this.#entries.get(cid)?.size === 0) this.#entries.delete(cid)
    }
  }
}

/** A closed page gets no answer any more. */
const forever = (): Promise<never> => new Promise(() => {})
