import type { HistoryMessages } from '../rooms/room.ts'

/** Asks the next join of a room for its newest messages, and keeps them for the new timelines that wait for them. */
export class InitialPage {
  readonly #counts = new Map<object, number>()
  #page: HistoryMessages | undefined

  /** How many messages the next join has to ask for; 0 for none. */
  get count(): number {
    return Math.max(0, ...this.#counts.values())
  }

  /** The returned function ends the request, and gives the page where a join has brought one. */
  request(count: number): () => HistoryMessages | undefined {
    const key = {}
    this.#counts.set(key, count)
    this.#page = undefined
    return () => {
      this.#counts.delete(key)
      return this.#page
    }
  }

  receive(page: HistoryMessages): void {
    this.#page = page
  }
}
