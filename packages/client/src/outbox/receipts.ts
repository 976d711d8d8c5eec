import type { Receipt, RoomfulError } from '@roomful/contract'
import { keyOf, type Message, messageId, type Outcome } from './message.ts'

interface Waiting {
  readonly resolve: (receipt: Receipt) => void
  readonly reject: (error: RoomfulError) => void
}

/** The promises of what this page has sent. */
export class Receipts {
  readonly #waiting = new Map<string, Waiting>()

  of(message: Message): Promise<Receipt> {
    return new Promise((resolve, reject) => this.#waiting.set(keyOf(message), { resolve, reject }))
  }

  settle(message: Message, outcome: Outcome): void {
    const key = keyOf(message)
    const id = messageId(message)
    const waiting = this.#waiting.get(key)
    this.#waiting.delete(key)
    if (outcome.state === 'confirmed') waiting?.resolve({ confirmed: true, id, seq: outcome.seq, at: outcome.at })
    else if (outcome.error) waiting?.reject(outcome.error)
    else waiting?.resolve({ confirmed: false, id })
  }
}
