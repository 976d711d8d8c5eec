/** How many a second for long, and how many at once after a quiet time. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** Sums of fractions of a token are not exact. */
const EPSILON = 1e-6

/**
 * Holds at most `burst` tokens, and gets `perSecond` tokens a second; full at first. Times are in milliseconds, from one clock.
 */
export class TokenBucket {
  readonly #rate: Rate
  #tokens: number
  #at: number

  constructor(rate: Rate, now: number) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#at = now
  }

  /** The time until so many tokens are there, rounded up; 0 if they are. More than `burst` wait for a full bucket. */
  waitFor(count: number, now: number): number {
    const missing = Math.min(count, this.#rate.burst) - this.#tokensAt(now)
    return missing <= EPSILON ? 0 : Math.ceil((missing / this.#rate.perSecond) * 1_000)
  }

  /** Takes tokens, also those that are not there yet: later ones then wait for longer. */
  take(count: number, now: number): void {
    this.#tokens = this.#tokensAt(now) - count
    this.#at = Math.max(this.#at, now)
  }

  /** Takes what the bucket gets in this time, so that it has no more at its end than now. */
  pause(ms: number, now: number): void {
    this.take((this.#rate.perSecond * ms) / 1_000, now)
  }

  /** Whether the bucket is as a new one. */
  isFull(now: number): boolean {
    return this.#tokensAt(now) >= this.#rate.burst
  }

  #tokensAt(now: number): number {
    const { perSecond, burst } = this.#rate
    const passed = Math.max(0, now - this.#at)
    return Math.min(burst, this.#tokens + (passed * perSecond) / 1_000)
  }
}
