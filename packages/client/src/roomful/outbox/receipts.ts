import { type Receipt, RoomfulError } from '@roomful/contract'
import { abortReason } from '../../promises.ts'
import { type Message, messageId, type Outcome } from './message.ts'

/** How long the caller of `emit` waits for the receipt. */
export interface WaitOptions {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

interface Wait {
  readonly resolve: (receipt: Receipt) => void
  readonly reject: (error: unknown) => void
  /** Stops the timer, and no longer listens to the signal. */
  readonly release: () => void
}

/** The promises that callers of `emit` wait for. */
export class Receipts {
  readonly #waits = new Map<Message, Wait>()

  /** A caller that stops waiting takes back a message that was never sent: `discard` is called with the reason. */
  add(message: Message, { timeoutMs, signal }: WaitOptions, discard: (error: RoomfulError) => void): Promise<Receipt> {
    const { room, event } = message
    const target = `"${event}" in room ${room}`
    const timeOut = (): void => {
      const isSent = message.sentAt !== undefined
      const why = isSent ? 'may or may not be stored; it is still being sent' : 'was not sent'
      const error = new RoomfulError('TIMEOUT', `timed out after ${timeoutMs} ms: ${target} ${why}`)
      if (isSent) this.#end(message)?.reject(error)
      else discard(error)
    }
    const abort = (): void => {
      this.#end(message)?.reject(abortReason(signal))
      if (message.sentAt === undefined)
        discard(new RoomfulError('DISCARDED', `${target} was aborted before it was sent`))
    }
    return new Promise((resolve, reject) => {
      const timer = timeoutMs === undefined ? undefined : setTimeout(timeOut, timeoutMs)
      signal?.addEventListener('abort', abort)
      const release = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
      }
      this.#waits.set(message, { resolve, reject, release })
    })
  }

  settle(message: Message, outcome: Outcome): void {
    const wait = this.#end(message)
    if (outcome.state !== 'confirmed') wait?.reject(outcome.error)
    else wait?.resolve({ confirmed: true, id: messageId(message), seq: outcome.seq, at: outcome.at })
  }

  #end(message: Message): Wait | undefined {
    const wait = this.#waits.get(message)
    this.#waits.delete(message)
    wait?.release()
    return wait
  }
}
