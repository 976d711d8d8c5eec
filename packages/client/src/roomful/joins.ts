import type { RoomfulError } from '@roomful/contract'
import { isObject, MAX_JOINS_MS, wire } from '@roomful/contract/protocol'
import type { ServerLink } from './roomful-rooms.ts'

interface WaitingJoin {
  readonly request: object
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: RoomfulError) => void
}

/** Sends the joins of one task in one request, where the server lists `joins`. */
export class Joins {
  readonly #link: ServerLink
  #waiting: WaitingJoin[] = []

  constructor(link: ServerLink) {
    this.#link = link
  }

  /** Gives the answer to this join, unchecked, a microtask later than it would come alone. */
  send(request: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject })
      if (this.#waiting.length === 1) void Promise.resolve().then(() => this.#flush())
    })
  }

  #flush(): void {
    const joins = this.#waiting
    this.#waiting = []
    const { hello, core } = this.#link
    // A slow room delays the answer for the others: that must not be longer than the client waits.
    const isGrouped = hello!.capabilities.includes('joins') && core.settings.joinTimeoutMs > MAX_JOINS_MS
    const size = isGrouped ? hello!.limits.rooms : 1
    for (let start = 0; start < joins.length; start += size) this.#request(joins.slice(start, start + size))
  }

  #request(joins: readonly WaitingJoin[]): void {
    const [first, second] = joins
    const request = second ? { rooms: joins.map((join) => join.request) } : first!.request
    this.#link.request(wire.join, request, this.#link.core.settings.joinTimeoutMs).then(
      (answer) => {
        const answers = second && answersIn(answer)
        joins.forEach(({ resolve }, index) => resolve(answers ? answers[index] : answer))
      },
      (error: RoomfulError) => {
        if (!second || error.code !== 'TOO_LARGE') return joins.forEach(({ reject }) => reject(error))
        const half = joins.length >> 1
        this.#request(joins.slice(0, half))
        this.#request(joins.slice(half))
      },
    )
  }
}

/** The answers by the index of the rooms; undefined for a refusal, which refuses every room. */
function answersIn(answer: unknown): readonly unknown[] | undefined {
  if (!isObject(answer) || answer['ok'] !== true) return undefined
  return Array.isArray(answer['answers']) ? answer['answers'] : []
}
