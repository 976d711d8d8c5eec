import type { Entry } from '@roomful/contract/protocol'
import type { Appended, Page, PageRequest } from './log/log.ts'

/** What turned out to be stored is told up to here; members fetch the rest when they see the hole. */
const CATCH_UP = { limit: 200, bytes: 262_144 }

interface BroadcastParts {
  readonly page: (request: PageRequest) => Promise<Page>
  /** Tells the members one entry; never throws. */
  readonly tell: (epoch: string, entry: Entry) => void
  readonly failed: (error: unknown) => void
}

/** Tells a room's members what was written, once it is, in the order of the log (S6, S7). */
export class Broadcast {
  readonly #parts: BroadcastParts
  #last: Promise<unknown> = Promise.resolve()
  #written = false
  /** How far the members were told; unknown until something was read or written. */
  #told: { readonly epoch: string; readonly seq: number } | undefined

  constructor(parts: BroadcastParts) {
    this.#parts = parts
  }

  /** Where the log stands. Until something is written here, the members know all of it from their joins. */
  stands({ epoch, head }: Page): void {
    if (!this.#written) this.#told = { epoch, seq: head }
  }

  /** Writes at once, and tells after those that were called before. */
  after<T extends Appended | undefined>(write: () => T | Promise<T>): Promise<T> {
    this.#written = true
    const written = (async () => await write())()
    const told = Promise.all([written, this.#last]).then(async ([appended]) => {
      if (appended !== undefined) await this.#tell(appended)
      return appended
    })
    this.#last = told.catch(() => {}) // the caller hears of it; the next one is told all the same
    return told
  }

  async #tell({ epoch, head, entries }: Appended): Promise<void> {
    const before = head - entries.length
    const told = this.#told
    if (told?.epoch === epoch && told.seq < before) await this.#tellBetween(epoch, told.seq, before)
    for (const entry of entries) this.#parts.tell(epoch, entry)
    this.#told = { epoch, seq: head }
  }

  /** S7: a write that failed, as it seemed, is in the log after all. */
  async #tellBetween(epoch: string, after: number, last: number): Promise<void> {
    try {
      const page = await this.#parts.page({ after, ...CATCH_UP })
      if (page.epoch !== epoch) return
      for (const entry of page.entries) if (entry.seq <= last) this.#parts.tell(epoch, entry)
    } catch (error) {
      this.#parts.failed(error) // members find the hole and fetch it
    }
  }
}
