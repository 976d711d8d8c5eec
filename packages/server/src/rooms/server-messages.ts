import { randomBytes } from 'node:crypto'
import { RoomfulError } from '@roomful/contract'
import type { ItemResult } from '@roomful/contract/protocol'
import type { Batch, Committed } from '../log/log.ts'
import type { NewEntry } from '../log/log-entry.ts'
import type { DecidedItem, Sender } from '../log/sender-row.ts'
import { RefusalError } from '../refuse.ts'

const MAX_ITEMS = 64
/** A batch without an answer is written again after these times, in milliseconds. */
const RETRIES_MS = [100, 500]

type Stored = Extract<ItemResult, { readonly seq: number }>

/** The server as a sender: its messages have rising numbers, as those of a client, over all rooms. */
export interface ServerSender {
  readonly sender: Sender
  readonly nextNumber: () => number
}

export function createServerSender(): ServerSender {
  let last = 0
  const cid = randomBytes(16).toString('base64url')
  return { sender: { user: null, cid, isServer: true }, nextNumber: () => (last += 1) }
}

interface Waiting {
  readonly n: number
  readonly entry: NewEntry
  readonly resolve: (stored: Stored) => void
  readonly reject: (error: unknown) => void
}

/**
 * Writes the server's own messages of one room in the order in which they were emitted. One batch at a time is written, so that a
 * batch whose answer was lost can be written again: what is stored already is not stored twice (S4, S5).
 */
export class ServerMessages {
  readonly #server: ServerSender
  readonly #commit: (batch: Batch) => Promise<Committed | undefined>
  readonly #waiting: Waiting[] = []
  #isWriting = false
  /** The log has failed on all attempts at a batch, and on each batch since: these are tried once, so that the queue does not grow while it is away. */
  #isAway = false

  constructor(server: ServerSender, commit: (batch: Batch) => Promise<Committed | undefined>) {
    this.#server = server
    this.#commit = commit
  }

  /** Resolves once the message is stored. */
  add(entry: NewEntry): Promise<Stored> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ n: this.#server.nextNumber(), entry, resolve, reject })
      if (!this.#isWriting) void this.#write()
    })
  }

  async #write(): Promise<void> {
    this.#isWriting = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_ITEMS)
      try {
        const results = await this.#resultsOf(batch)
        for (const [index, { resolve, reject }] of batch.entries()) {
          const result = results[index]
          if (result !== undefined && 'seq' in result) resolve(result)
          else reject(new RoomfulError('INTERNAL', 'the log did not store the message'))
        }
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#isWriting = false
  }

  async #resultsOf(batch: readonly Waiting[]): Promise<readonly ItemResult[]> {
    const at = Date.now() // of the commit, so that times rise with `seq`
    const items = batch.map(({ n, entry }): DecidedItem => ({ n, hash: entry.id, entry: { ...entry, at } }))
    for (let attempt = 0; ; attempt += 1) {
      try {
        const committed = await this.#commit({ sender: this.#server.sender, items })
        this.#isAway = false
        return committed?.results ?? []
      } catch (error) {
        if (error instanceof RefusalError) throw error
        const waitMs = this.#isAway ? undefined : RETRIES_MS[attempt]
        this.#isAway ||= waitMs === undefined
        if (waitMs === undefined) throw error
        await new Promise((resolve) => setTimeout(resolve, waitMs))
      }
    }
  }
}
