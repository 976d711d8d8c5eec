import { RefusalError, refuse } from '../refuse.ts'

const MAX_ATTEMPTS = 3
/** The wait before the second attempt; before the third it is four times as long. */
const FIRST_WAIT_MS = 1_000
/** After this time without an attempt, a message has its three attempts again. */
const FORGET_MS = 600_000
/** Beyond it the count that was not used for longest is forgotten, so that its message gets more attempts. */
const MAX_SENDERS = 10_000

const SENTENCE = 'the server failed on this message'

/** A function of the app failed. That decides nothing about the message. */
export class CallbackFailure extends RefusalError {
  constructor() {
    super('UNAVAILABLE', SENTENCE)
  }
}

/**
 * Counts how often the app's functions failed on the message at which a sender's batch stops: a database that was away for a
 * moment must not refuse a message for good (S3). The counts are in memory: a restart, or another node, begins again.
 */
export class FailedAttempts {
  /** By sender and room, the one used last at the end. */
  readonly #counts = new Map<string, { readonly n: number; readonly count: number; readonly at: number }>()

  /** Counts one more failure. The refusal passes, except that of the third attempt in a row. */
  refusalFor(sender: string, n: number): RefusalError {
    const at = performance.now()
    const known = this.#counts.get(sender)
    const count = known?.n === n && at - known.at < FORGET_MS ? known.count + 1 : 1
    this.#counts.delete(sender)
    if (count >= MAX_ATTEMPTS) return refuse('INTERNAL', SENTENCE)
    this.#counts.set(sender, { n, count, at })
    this.#forget(at)
    return refuse('UNAVAILABLE', SENTENCE, { after: FIRST_WAIT_MS * count ** 2 })
  }

  #forget(now: number): void {
    for (const [sender, { at }] of this.#counts) {
      if (this.#counts.size <= MAX_SENDERS && now - at < FORGET_MS) return
      this.#counts.delete(sender)
    }
  }
}
