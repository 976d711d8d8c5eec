import { inNextTurn } from './next-turn.ts'

/** How many requests begin in one turn of the event loop. */
const PER_TURN = 32

interface WaitingRequest {
  readonly begin: () => void
  readonly count: number
}

/**
 * The requests of all connections. Only so many begin in one turn of the event loop; the others wait for the next turns, in which
 * the connections take turns too. So a burst of one client delays its own requests, and neither those of others nor timers.
 */
export class RequestTurns {
  readonly #waiting = new Map<object, WaitingRequest[]>()
  #begun = 0

  /**
   * Resolves when a request of the connection may begin, which counts as `count`; undefined: at once. The requests of one
   * connection keep their order.
   */
  begin(connection: object, count = 1): Promise<void> | undefined {
    if (this.#begun === 0) inNextTurn(() => this.#nextTurn())
    if (this.#begun < PER_TURN) {
      this.#begun += count
      return undefined
    }
    return new Promise((resolve) => {
      const own = this.#waiting.get(connection)
      const request = { begin: resolve, count }
      if (own) own.push(request)
      else this.#waiting.set(connection, [request])
    })
  }

  #nextTurn(): void {
    this.#begun = 0
    if (this.#waiting.size > 0) inNextTurn(() => this.#nextTurn())
    while (this.#begun < PER_TURN && this.#waiting.size > 0) this.#beginNext()
  }

  #beginNext(): void {
    for (const [connection, own] of this.#waiting) {
      const { begin, count = 1 } = own.shift() ?? {}
      this.#waiting.delete(connection)
      if (own.length > 0) this.#waiting.set(connection, own) // behind the other connections
      this.#begun += count
      begin?.()
      return
    }
  }
}
