import type { Entry } from '@roomful/contract/protocol'
import type { Appended, Page, PageRequest } from '../log/log.ts'
import type { Metrics } from '../metrics/metrics.ts'

/** The most that is sent of entries whose write seemed to fail; members fetch the rest when they see the hole. */
const CATCH_UP = { limit: 200, bytes: 262_144 }

interface BroadcastParts {
  readonly metrics: Metrics
  readonly page: (request: PageRequest) => Promise<Page>
  /** Sends one entry to the members; must not throw. */
  readonly send: (epoch: string, entry: Entry) => void
  readonly onError: (error: unknown) => void
}

/** Sends what was written to a room's members, after the write and in the order of the log (S6, S7). */
export class Broadcast {
  readonly #parts: BroadcastParts
  #last: Promise<unknown> = Promise.resolve()
  #hasWritten = false
  /** The last entry that the members were sent; unknown until something was read or written. */
  #position: { readonly epoch: string; readonly seq: number } | undefined

  constructor(parts: BroadcastParts) {
    this.#parts = parts
  }

  /** Before the first write in this process, members know everything up to the head from their joins. */
  syncPosition({ epoch, head }: Page): void {
    if (!this.#hasWritten) this.#position = { epoch, seq: head }
  }

  /** Starts the write at once, and sends its entries after those of all earlier calls. */
  write<T extends Appended | undefined>(write: () => T | Promise<T>): Promise<T> {
    this.#hasWritten = true
    const { commitMs, fanOutMs } = this.#parts.metrics
    const startedAt = performance.now()
    let writtenAt = startedAt
    const written = (async () => {
      const appended = await write()
      writtenAt = performance.now()
      commitMs.add(writtenAt - startedAt)
      return appended
    })()
    const sent = Promise.all([written, this.#last]).then(async ([appended]) => {
      if (appended === undefined) return appended
      await this.#send(appended)
      if (appended.entries.length > 0) fanOutMs.add(performance.now() - writtenAt)
      return appended
    })
    this.#last = sent.catch(() => {}) // the caller gets the error; later writes are sent all the same
    return sent
  }

  async #send({ epoch, head, entries }: Appended): Promise<void> {
    const before = head - entries.length
    const position = this.#position
    if (position?.epoch === epoch && position.seq < before) await this.#sendBetween(epoch, position.seq, before)
    for (const entry of entries) this.#parts.send(epoch, entry)
    this.#position = { epoch, seq: head }
  }

  /** S7: an earlier write seemed to fail, but its entries are in the log. */
  async #sendBetween(epoch: string, after: number, last: number): Promise<void> {
    try {
      const page = await this.#parts.page({ after, ...CATCH_UP })
      if (page.epoch !== epoch) return
      for (const entry of page.entries) if (entry.seq <= last) this.#parts.send(epoch, entry)
    } catch (error) {
      this.#parts.onError(error) // members find the hole and fetch it
    }
  }
}
