import { inNextTurn } from './next-turn.ts'

/** How many requests begin in one turn of the event loop. */
const PER_TURN = 32

/** A request that begins once. */
export interface TurnRequest {
  /** It counts as so many requests. */
  readonly count: number
  begin(): void
  /** Called instead of `begin`, if its connection is closed before. */
  drop(): void
}

/**
 * The requests of all connections. Only so many begin in one turn of the event loop; the others wait for the next turns, in which
 * the connections take turns too. So a burst of one client delays its own requests, and neither those of others nor timers.
 */
export class RequestTurns {
  readonly #waiting = new Map<object, TurnRequest[]>()
  #begun = 0

  /** Begins a request of the connection at once, or in a later turn. The requests of one connection keep their order. */
  add(connection: object, request: TurnRequest): void {
    if (this.#begun === 0) inNextTurn(() => this.#nextTurn())
    if (this.#begun < PER_TURN) {
      this.#begun += request.count
      return request.begin()
    }
    const own = this.#waiting.get(connection)
    if (own) own.push(request)
    else this.#waiting.set(connection, [request])
  }

  /** Whether the next request will wait. */
  get isFull(): boolean {
    return this.#begun >= PER_TURN
  }

  /** Drops the requests of the connection that wait. */
  drop(connection: object): void {
    const own = this.#waiting.get(connection) ?? []
    this.#waiting.delete(connection)
    for (const request of own) request.drop()
  }

  #nextTurn(): void {
    this.#begun = 0
    if (this.#waiting.size > 0) inNextTurn(() => this.#nextTurn())
    while (this.#begun < PER_TURN && this.#waiting.size > 0) this.#beginNext()
  }

  #beginNext(): void {
    for (const [connection, own] of this.#waiting) {
      const next = own.shift()
      this.#waiting.delete(connection)
      if (own.length > 0) this.#waiting.set(connection, own) // behind the other connections
      this.#begun += next?.count ?? 0
      next?.begin()
      return
    }
  }
}
