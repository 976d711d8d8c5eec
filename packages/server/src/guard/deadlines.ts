/** Calls a function for each item that was not stopped in time. The time is the same for all, so one timer is enough. */
export class Deadlines<T> {
  readonly #timeoutMs: number
  readonly #onTimeout: (item: T) => void
  /** In the order of their times. */
  readonly #endAt = new Map<T, number>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(timeoutMs: number, onTimeout: (item: T) => void) {
    this.#timeoutMs = timeoutMs
    this.#onTimeout = onTimeout
  }

  /** Does nothing for an item that was started before. */
  start(item: T): void {
    if (this.#endAt.has(item)) return
    this.#endAt.set(item, performance.now() + this.#timeoutMs)
    this.#schedule()
  }

  stop(item: T): void {
    this.#endAt.delete(item)
  }

  clear(): void {
    this.#endAt.clear()
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #schedule(): void {
    if (this.#timer !== undefined) return
    const [first] = this.#endAt.values()
    if (first === undefined) return
    this.#timer = setTimeout(this.#fire, Math.max(1, Math.ceil(first - performance.now())))
    this.#timer.unref?.()
  }

  readonly #fire = (): void => {
    this.#timer = undefined
    const now = performance.now()
    for (const [item, endAt] of this.#endAt) {
      if (endAt > now) break
      this.#endAt.delete(item)
      this.#onTimeout(item)
    }
    this.#schedule()
  }
}
