import { setTimeout as delay } from 'node:timers/promises'
import type { EntryKey, OutboxOption, StoredEntry } from '../../../src/roomful/storage/storage-session.ts'
import { outboxOver, type SimulatedStorage } from '../storage/support/session-over.ts'
import { between, type Random } from './random.ts'

const SLOWEST_WRITE_MS = 8
/** A page that is just unloading still has its locks. */
const LONGEST_UNLOAD_MS = 150

/** What one page has of the storage. */
export interface PageStorage {
  readonly outbox: OutboxOption
  /** The page is gone, and what it was just writing is not written. Says what it left. */
  die(): readonly StoredEntry[]
}

/** What a browser keeps of one tab's pages, one after the other: their entries, under a lock for each page's cid. */
export class SharedStorage {
  readonly #random: Random
  /** By page, oldest first; each page's by n. */
  readonly #entries = new Map<string, Map<number, StoredEntry>>()
  /** By cid: when the page that holds the lock is gone. */
  readonly #locks = new Map<string, Promise<void>>()

  constructor(random: Random) {
    this.#random = random
  }

  /** All that is stored, of whatever page. */
  get entries(): StoredEntry[] {
    return [...this.#entries.values()].flatMap((page) => [...page.values()])
  }

  page(user: string | undefined): PageStorage {
    let isDead = false
    let unload = (): void => {}
    const unloaded = new Promise<void>((resolve) => (unload = resolve))
    /** Whose locks are ours, or will be. */
    const asked = new Set<string>()
    let lastWrite = Promise.resolve()

    const storage: SimulatedStorage = {
      store: (put, remove) => {
        lastWrite = lastWrite.then(async () => {
          await delay(between(this.#random, 0, SLOWEST_WRITE_MS))
          if (isDead) await forever()
          this.#write(put, remove)
        })
        return lastWrite
      },
      adopt: async (owner) => {
        const adopted: StoredEntry[] = []
        for (const [cid, entries] of this.#entries) {
          if (asked.has(cid)) continue
          asked.add(cid)
          await this.#locks.get(cid)
          if (isDead) await forever()
          this.#locks.set(cid, unloaded)
          adopted.push(...[...entries.values()].filter((entry) => entry.user === owner).sort((a, b) => a.n - b.n))
        }
        return adopted
      },
    }

    return {
      outbox: outboxOver(({ cid }) => {
        asked.add(cid)
        this.#locks.set(cid, unloaded)
        return storage
      }, user),
      die: () => {
        isDead = true
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

/** A page that is gone hears of nothing any more. */
const forever = (): Promise<never> => new Promise(() => {})
