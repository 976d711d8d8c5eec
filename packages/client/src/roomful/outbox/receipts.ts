import { type Receipt, RoomfulError } from '@roomful/contract'
import { type CallOptions, handled, untilDone } from '../../promises.ts'
import type { Message, Outcome } from './message.ts'

interface Wait {
  readonly resolve: (receipt: Receipt) => void
  readonly reject: (error: unknown) => void
}

/** The promises that callers of `emit` wait for. */
export class Receipts {
  readonly #waits = new Map<Message, Wait>()

  /** `options` end the wait. If the message was never sent by then, `discard` is called with the reason. */
  add(message: Message, options: CallOptions, discard: (error: RoomfulError) => void): Promise<Receipt> {
    const { room, event } = message
    const settled = new Promise<Receipt>((resolve, reject) => this.#waits.set(message, { resolve, reject }))
    if (options.timeoutMs === undefined && !options.signal) return handled(settled) // nothing else ends the wait
    const doing = `waiting for the receipt of "${event}" in room ${room}; if it was sent, it may still be stored`
    const receipt = untilDone(settled, options, doing)
    receipt.catch((error: unknown) => {
      const wait = this.#end(message)
      wait?.reject(error)
      if (!wait || message.sentAt !== undefined) return
      const isTimeout = error instanceof RoomfulError && error.code === 'TIMEOUT'
      discard(
        isTimeout ? error : new RoomfulError('DISCARDED', `"${event}" in room ${room} was aborted before it was sent`),
      )
    })
    return receipt
  }

  settle(message: Message, outcome: Outcome): void {
    const wait = this.#end(message)
    if (outcome.state !== 'confirmed') wait?.reject(outcome.error)
    else wait?.resolve({ confirmed: true, id: message.id, seq: outcome.seq, at: outcome.at })
  }

  #end(message: Message): Wait | undefined {
    const wait = this.#waits.get(message)
    this.#waits.delete(message)
    return wait
  }
}
