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

  /**
   * Counts one more failure. The refusal passes, except that of the third attempt in a row. An attempt before the wait is over,
   * such as one after a reconnect, does not count: what has failed may need that time to work again.
   */
  refusalFor(sender: string, n: number): RefusalError {
    const now = performance.now()
    const known = this.#counts.get(sender)
    const previous = known?.n === n && now - known.at < FORGET_MS ? known : undefined
    const waitMs = previous ? previous.at + waitAfter(previous.count) - now : 0
    // Timers of clients may be a little early.
    if (previous && waitMs > waitAfter(previous.count) / 10) return refuse('UNAVAILABLE', SENTENCE, { after: waitMs })
    const count = (previous?.count ?? 0) + 1
    this.#counts.delete(sender)
    if (count >= MAX_ATTEMPTS) return refuse('INTERNAL', SENTENCE)
    this.#counts.set(sender, { n, count, at: now })
    this.#forget(now)
    return refuse('UNAVAILABLE', SENTENCE, { after: waitAfter(count) })
  }

  #forget(now: number): void {
    for (const [sender, { at }] of this.#counts) {
      if (this.#counts.size <= MAX_SENDERS && now - at < FORGET_MS) return
      this.#counts.delete(sender)
    }
  }
}

function waitAfter(count: number): number {
  return FIRST_WAIT_MS * count ** 2
}
