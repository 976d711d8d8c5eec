import { RoomfulError } from '@roomful/contract'
import type { Message, Outcome } from './message.ts'

interface Settled {
  readonly message: Message
  readonly outcome: Outcome
}

/** One transaction of the storage. */
export interface StorageStep {
  readonly put: readonly Message[]
  readonly remove: readonly Message[]
  /** Its end: what may be told now. */
  readonly done: (isStored: boolean) => readonly Settled[]
}

/** What the storage has yet to hear of, and what waits for that: a first sending (C3), the telling of an end (C6). */
export class Unstored {
  #messages = new Set<Message>()
  #departing = new Set<Message>()
  #untold: Settled[] = []

  changed(message: Message): void {
    this.#messages.add(message)
  }

  /** It is sent for the first time as soon as that is stored. */
  departs(message: Message): void {
    this.#messages.add(message)
    this.#departing.add(message)
  }

  ended(message: Message, outcome: Outcome): void {
    this.#messages.add(message)
    this.#untold.push({ message, outcome })
  }

  forget(message: Message): void {
    this.#messages.delete(message)
  }

  /** All of it, as one step; undefined where there is nothing. Without a user a message is not kept. */
  take(isWaiting: (message: Message) => boolean, sentAt: number): StorageStep | undefined {
    const departing = this.#departing
    const untold = this.#untold
    if (this.#messages.size === 0 && untold.length === 0) return undefined
    const put: Message[] = []
    const remove: Message[] = []
    for (const message of this.#messages)
      if (message.user === undefined || !isWaiting(message)) remove.push(message)
      else put.push(departing.has(message) ? { ...message, sentAt } : message)
    this.#messages = new Set()
    this.#departing = new Set()
    this.#untold = []
    const done = (isStored: boolean): readonly Settled[] => {
      for (const message of departing) message.sentAt = sentAt
      return isStored ? untold : untold.map(({ message, outcome }) => ({ message, outcome: doubtful(outcome) }))
    }
    return { put, remove, done }
  }
}

/** What is still stored may be sent by a later page: nobody knows how that ends. */
function doubtful(outcome: Outcome): Outcome {
  if (outcome.state !== 'rejected') return outcome
  const sentence = `the browser's storage failed, and may still have the message: ${outcome.error.message}`
  return { state: 'unknown', error: new RoomfulError('UNKNOWN', sentence, { cause: outcome.error }) }
}
