import { RoomfulError } from '@roomful/contract'
import type { EntryKey, StoredEntry } from '../storage/outbox-storage.ts'
import type { Message, Outcome } from './message.ts'
import type { StoreResult } from './outbox-steps.ts'

export interface Settlement {
  readonly message: Message
  readonly outcome: Outcome
}

/** `mark`: the message is stored as sent, since it is sent right after. */
type Change = 'put' | 'mark' | 'remove'

/** The changes that are not stored yet, with the outcomes that are told once they are (C3, C6). */
export class PendingWrites {
  #changes = new Map<Message, Change>()
  #untold: Settlement[] = []
  /** The messages that the storage may hold, and whether they are marked as sent there. */
  readonly #stored = new Map<Message, 'marked' | 'unmarked'>()
  /** The transaction under way. */
  #transaction = { changes: this.#changes, untold: this.#untold, sentAt: 0 }

  /** A message without a user is not stored: a later page could not tell whose it is. */
  put(message: Message): void {
    if (message.user !== undefined) this.#changes.set(message, 'put')
  }

  mark(message: Message): void {
    this.#changes.set(message, 'mark')
  }

  remove(message: Message): void {
    this.#changes.set(message, 'remove')
  }

  /** Removes the message, and returns its outcome after that. */
  settle(settlement: Settlement): void {
    this.remove(settlement.message)
    this.#untold.push(settlement)
  }

  /** The message comes from the storage. */
  adopt(message: Message): void {
    this.#stored.set(message, message.sentAt === undefined ? 'unmarked' : 'marked')
  }

  /** The message is left to another page. */
  forget(message: Message): void {
    this.#changes.delete(message)
    this.#stored.delete(message)
  }

  /** Whether the storage has the message, or is about to. */
  mayHold(message: Message): boolean {
    return this.#stored.has(message) || this.#transaction.changes.has(message)
  }

  /** All changes as one transaction, which `done` ends; undefined if there are none. */
  take(nowMs: number): { readonly put: readonly StoredEntry[]; readonly remove: readonly EntryKey[] } | undefined {
    if (this.#changes.size === 0) return undefined
    const put: StoredEntry[] = []
    const remove: EntryKey[] = []
    for (const [message, change] of this.#changes) {
      const { cid, n, id, user = null, room, event, data } = message
      const sentAt = change === 'mark' ? nowMs : message.sentAt
      if (change !== 'remove')
        put.push({ cid, n, id, user, room, event, data, ...(sentAt !== undefined && { sentAt }) })
      else if (this.#stored.has(message)) remove.push({ cid, n })
    }
    this.#transaction = { changes: this.#changes, untold: this.#untold, sentAt: nowMs }
    this.#changes = new Map()
    this.#untold = []
    return { put, remove }
  }

  /** The outcomes that can be told now, and those of messages that must not be sent since they could not be marked (C3). */
  done(result: StoreResult): { readonly told: readonly Settlement[]; readonly left: ReadonlyMap<Message, Outcome> } {
    const { changes, untold, sentAt } = this.#transaction
    this.#transaction = { changes: new Map(), untold: [], sentAt: 0 }
    const left = new Map<Message, Outcome>()
    for (const [message, change] of changes) {
      if (change === 'mark') message.sentAt = sentAt
      if (result === 'failed' || result === 'timeout') {
        const isStuck = change === 'mark' && this.#stored.get(message) === 'unmarked'
        if (isStuck) left.set(message, leftInStorage(message))
        else if (result === 'timeout' && change !== 'remove') this.adopt(message)
      } else if (result === 'unused' || change === 'remove') this.#stored.delete(message)
      else this.adopt(message)
    }
    const told = untold.map((settlement) => (this.#stored.has(settlement.message) ? doubtful(settlement) : settlement))
    return { told, left }
  }
}

/** A later page finds the message in the storage, and may send it. */
function doubtful({ message, outcome }: Settlement): Settlement {
  if (outcome.state !== 'rejected') return { message, outcome }
  return { message, outcome: leftInStorage(message, outcome.error) }
}

function leftInStorage({ event, room }: Message, cause?: RoomfulError): Outcome {
  const why = cause ? `: ${cause.message}` : ''
  const sentence = `unknown outcome: the storage failed, and a later page may send "${event}" to room ${room}${why}`
  return { state: 'unknown', error: new RoomfulError('UNKNOWN', sentence, { cause }) }
}
