/** The most pages of one answer that are read at a time. */
const MAX_READING = 8

/** Shares the bytes of one answer among the pages in it: what one page leaves is there for the next ones. */
export class PageShares {
  #left: number
  #free = MAX_READING
  #unread = 0
  readonly #waiting: ((share: number) => void)[] = []

  constructor(bytes: number) {
    this.#left = bytes
  }

  /** `pages`: how many will be read. */
  expect(pages: number): void {
    this.#unread = pages
  }

  /** Waits until one more page may be read. Resolves with its most bytes, which `end` takes as `share`. */
  next(): Promise<number> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#start()
    })
  }

  end(share: number, used: number): void {
    this.#left += share - used
    this.#free += 1
    this.#start()
  }

  #start(): void {
    if (this.#free === 0) return
    const next = this.#waiting.shift()
    if (next === undefined) return
    const share = Math.floor(this.#left / Math.max(1, Math.min(this.#free, this.#unread)))
    this.#left -= share
    this.#free -= 1
    this.#unread -= 1
    next(share)
  }
}
