/** So many calls without an answer are remembered; the oldest is forgotten first. */
const MAX_CALLS = 1_000
/** The median is of so many answers. */
const MEASURED = 31

/** Times between calls and their answers: of the network, and of the server's handler. */
export class RoundTrips {
  readonly #sentAt = new Map<number, number>()
  readonly #times: number[] = []

  /** The last time and the median of the latest ones, in milliseconds; undefined before the first answer. */
  get state(): { readonly lastMs: number; readonly medianMs: number } | undefined {
    const last = this.#times.at(-1)
    if (last === undefined) return undefined
    const sorted = this.#times.slice().sort((a, b) => a - b)
    return { lastMs: last, medianMs: sorted[sorted.length >> 1]! }
  }

  sent(call: number, at: number): void {
    this.#sentAt.set(call, at)
    if (this.#sentAt.size <= MAX_CALLS) return
    const [oldest] = this.#sentAt.keys()
    if (oldest !== undefined) this.#sentAt.delete(oldest)
  }

  /** How long the call took; 0 where that is not known any more. */
  answered(call: number, at: number): number {
    const sentAt = this.#sentAt.get(call)
    this.#sentAt.delete(call)
    if (sentAt === undefined) return 0
    const ms = at - sentAt
    this.#times.push(ms)
    if (this.#times.length > MEASURED) this.#times.shift()
    return ms
  }
}
