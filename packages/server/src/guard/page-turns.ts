import { refuse } from '../refuse.ts'

interface Waiting {
  readonly start: () => void
  readonly refuse: (error: Error) => void
}

/** Counts the pages of all connections. */
interface Pages {
  pageBegins(): void
  pageEnds(): void
}

/** The requests of one connection whose answers are pages. They wait, in their order, while too much is unsent to it. */
export class PageTurns {
  readonly #mayStart: (running: number) => boolean
  readonly #total: Pages
  readonly #waiting = new Set<Waiting>()
  #running = 0
  #isClosed = false

  /** `mayStart` gets the number of requests that read a page now. */
  constructor(mayStart: (running: number) => boolean, total: Pages) {
    this.#mayStart = mayStart
    this.#total = total
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** @throws RefusalError `UNAVAILABLE` if the connection ends before the turn comes. */
  async begin(): Promise<void> {
    if (this.#isClosed) throw connectionEnded()
    if (this.#waiting.size === 0 && this.#mayStart(this.#running)) {
      this.#count()
      return
    }
    await new Promise<void>((resolve, reject) => this.#waiting.add({ start: resolve, refuse: reject }))
  }

  /** After the answer was sent, or if there is none. */
  end(): void {
    this.#running -= 1
    this.#total.pageEnds()
  }

  /** Starts the requests whose turn has come. */
  startNext(): void {
    for (const next of this.#waiting) {
      if (!this.#mayStart(this.#running)) return
      this.#waiting.delete(next)
      this.#count()
      next.start()
    }
  }

  /** Refuses the requests that wait. */
  close(): void {
    this.#isClosed = true
    for (const { refuse: reject } of this.#waiting) reject(connectionEnded())
    this.#waiting.clear()
  }

  #count(): void {
    this.#running += 1
    this.#total.pageBegins()
  }
}

function connectionEnded(): Error {
  return refuse('UNAVAILABLE', 'the connection has ended')
}

/** The turn of one request. */
export class PageTurn {
  readonly #turns: PageTurns
  #hasBegun = false

  constructor(turns: PageTurns) {
    this.#turns = turns
  }

  /** Waits until the connection has read most of what was sent to it. @throws RefusalError `UNAVAILABLE` if it ends before. */
  async begin(): Promise<void> {
    await this.#turns.begin()
    this.#hasBegun = true
  }

  /** To be called after the answer was sent. */
  end(): void {
    if (this.#hasBegun) this.#turns.end()
  }
}
