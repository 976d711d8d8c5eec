import type { HistoryMessages } from '../rooms/room.ts'

/** A new timeline waits for the newest messages. */
interface InitialRequest {
  readonly count: number
  /** The page that a join has brought since. */
  page?: HistoryMessages
}

/** The timelines of one room that get their first page with the next join. */
export class InitialPages {
  readonly #requests = new Set<InitialRequest>()

  /** How many messages the next join asks for. */
  get count(): number {
    return Math.max(0, ...[...this.#requests].map(({ count }) => count))
  }

  /** Asks for the newest `count` messages. The returned function ends that and gives the page. */
  request(count: number): () => HistoryMessages | undefined {
    const request: InitialRequest = { count }
    this.#requests.add(request)
    return () => {
      this.#requests.delete(request)
      return request.page
    }
  }

  receive(page: HistoryMessages): void {
    for (const request of this.#requests) request.page = page
  }
}
