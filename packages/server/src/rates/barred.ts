const MAX_KEYS = 10_000

/** Keys that get no new connection for a time. */
export class Barred {
  /** The end of each time, in the order in which the times were set. */
  readonly #untilOf = new Map<string, number>()

  get size(): number {
    return this.#untilOf.size
  }

  add(key: string, until: number, now: number): void {
    this.#untilOf.delete(key)
    this.#untilOf.set(key, until)
    // The oldest go first: most are over, and a key that is not over has only to wait less.
    for (const [oldest, end] of this.#untilOf) {
      if (end > now && this.#untilOf.size <= MAX_KEYS) return
      this.#untilOf.delete(oldest)
    }
  }

  has(key: string, now: number): boolean {
    return (this.#untilOf.get(key) ?? now) > now
  }
}
