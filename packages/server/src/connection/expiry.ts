/** The clock is looked at this often, since it may be set forward, and since no timer is longer than 2^31 ms. */
const LOOK_MS = 60_000

/** Calls back when the credentials of a connection end. */
export class Expiry {
  readonly #owner: { onExpired(): void }
  #at = Infinity
  #timer: NodeJS.Timeout | undefined

  constructor(owner: { onExpired(): void }) {
    this.#owner = owner
  }

  get isOver(): boolean {
    return Date.now() >= this.#at
  }

  /** In milliseconds since 1970; undefined: never. Replaces the end before it. */
  set(at: number | undefined): void {
    this.stop()
    this.#at = at ?? Infinity
    if (this.#at < Infinity) this.#wait()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #wait(): void {
    const waitMs = Math.min(Math.max(0, this.#at - Date.now()), LOOK_MS)
    this.#timer = setTimeout(() => {
      if (this.isOver) this.#owner.onExpired()
      else this.#wait()
    }, waitMs)
    this.#timer.unref?.()
  }
}
