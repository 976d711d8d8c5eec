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

/** A connection, as far as it decides when a page may be read. */
interface PageReader {
  /** `running`: how many requests read a page now. */
  mayReadPage(running: number): boolean
}

/** The requests of one connection whose answers are pages. They wait, in their order, while too much is unsent to it. */
export class PageTurns {
  readonly #connection: PageReader
  readonly #total: Pages
  #waiting: Set<Waiting> | undefined
  #running = 0
  #isClosed = false

  constructor(connection: PageReader, total: Pages) {
    this.#connection = connection
    this.#total = total
  }

  get waiting(): number {
    return this.#waiting?.size ?? 0
  }

  /** @throws RefusalError `UNAVAILABLE` if the connection ends before the turn comes. */
  async begin(): Promise<void> {
    if (this.#isClosed) throw connectionEnded()
    if (this.waiting === 0 && this.#connection.mayReadPage(this.#running)) {
      this.#count()
      return
    }
    const waiting = (this.#waiting ??= new Set())
    await new Promise<void>((resolve, reject) => waiting.add({ start: resolve, refuse: reject }))
  }

  /** After the answer was sent, or if there is none. */
  end(): void {
    this.#running -= 1
    this.#total.pageEnds()
  }

  /** Starts the requests whose turn has come. */
  startNext(): void {
    for (const next of this.#waiting ?? []) {
      if (!this.#connection.mayReadPage(this.#running)) return
      this.#waiting?.delete(next)
      this.#count()
      next.start()
    }
  }

  /** Refuses the requests that wait. */
  close(): void {
    this.#isClosed = true
    for (const { refuse: reject } of this.#waiting ?? []) reject(connectionEnded())
    this.#waiting = undefined
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
