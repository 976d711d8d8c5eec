import { isObject, wire } from '@roomful/contract/protocol'
import type { Drain } from '../drain.ts'
import { PageTurn, type PageTurns } from '../guard/page-turns.ts'
import type { RequestTurns } from '../guard/request-turns.ts'
import type { RequestLimiter } from '../rates/rate-limiter.ts'
import type { RequestRate } from '../rates/rates.ts'
import { sizeOf } from '../rates/size-of.ts'
import { RefusalError, refuse } from '../refuse.ts'
import { refusedAnswer } from './refused-answer.ts'
import type { Settings } from '../settings.ts'

/** Handles the requests of one connection. */
export interface RequestHandler {
  /** The user's id, for `inspect`. */
  readonly user: string | null
  readonly rates: RequestLimiter
  readonly pages: PageTurns
  /** Counts the bytes of requests that wait for their turn; negative for those that wait no more. */
  countWaiting(bytes: number): void
  /** `page` is the request's turn to read a page. It is no async function, which would keep the request in memory while it waits. */
  handle(event: string, request: unknown, page: PageTurn): Promise<object>
}

interface ResponderParts {
  readonly drain: Drain
  readonly settings: Settings
  readonly turns: RequestTurns
}

/** The rates that requests count towards, besides `requests` and `bytes`. Messages, and several joins, are counted when they are handled. */
const RATES: Readonly<Record<string, RequestRate>> = {
  [wire.join]: 'joins',
  [wire.auth]: 'joins', // asks for the permission of all rooms
  [wire.volatile]: 'volatile',
  [wire.presence]: 'presence',
  [wire.typing]: 'typing',
}

/** What a request takes in memory while it waits for its turn, besides its own size. */
const WAITING_BYTES = 1_024

/** A request that was admitted. */
interface AdmittedRequest {
  readonly event: string
  /** The request, and the function that answers it. */
  readonly args: unknown[]
  /** Why it cannot be handled. */
  readonly refusal: RefusalError | undefined
  readonly count: number
  /** Closing waits until this was called, after the answer was sent. */
  readonly end: () => void
}

/** Answers every request of a socket exactly once, also after an error or for an unknown request. */
export class Responder {
  readonly #handler: RequestHandler
  readonly #parts: ResponderParts
  #pending = 0

  constructor(handler: RequestHandler, parts: ResponderParts) {
    this.#handler = handler
    this.#parts = parts
  }

  /** `refusal`: the request cannot be handled. */
  respond(event: string, given: unknown[], refusal?: RefusalError): void {
    const { drain, settings, turns } = this.#parts
    const args = given.splice(0) // Socket.IO keeps the list that it has given
    const size = sizeOf(args)
    const joins = joinsIn(event, args)
    const count = Math.min(joins ?? 1, settings.limits.rooms)
    const excess = this.#excess(event, size, joins, count)
    if (excess !== undefined) return this.#acknowledge(args, this.#refused(event, excess))
    this.#pending += count
    const request = { event, args, refusal, count, end: drain.begin() }
    const bytes = turns.isFull ? size + WAITING_BYTES : 0
    this.#handler.countWaiting(bytes)
    turns.add(this, {
      count,
      begin: () => {
        this.#handler.countWaiting(-bytes)
        void this.#answer(request)
      },
      drop: () => {
        this.#handler.countWaiting(-bytes)
        this.#end(request)
      },
    })
  }

  /** The requests that wait for their turn are not handled: the connection is closed. */
  dropWaiting(): void {
    this.#parts.turns.drop(this)
  }

  /** Keeps no reference to the request while it is handled: it may be large, and many may wait for their pages. */
  async #answer(request: AdmittedRequest): Promise<void> {
    const { event, args, refusal } = request
    const page = new PageTurn(this.#handler.pages)
    try {
      this.#parts.drain.assertOpen()
      if (refusal !== undefined) throw refusal
      this.#acknowledge(args, await this.#handler.handle(event, args.shift(), page))
    } catch (error) {
      this.#acknowledge(args, this.#refused(event, error))
    }
    page.end()
    this.#end(request)
  }

  #acknowledge(args: readonly unknown[], result: object): void {
    const acknowledge = args.at(-1)
    try {
      if (typeof acknowledge === 'function') acknowledge(result)
    } catch (error) {
      this.#parts.settings.report(error, { during: 'request' })
    }
  }

  #end({ count, end }: AdmittedRequest): void {
    this.#pending -= count
    end()
  }

  /** S10: the rates are checked before a request costs anything else, so that refusals are cheap. */
  #excess(event: string, bytes: number, joins: number | undefined, count: number): RefusalError | undefined {
    const { settings } = this.#parts
    const { rates } = this.#handler
    const rate = joins === undefined ? RATES[event] : undefined
    try {
      rates.take({ requests: 1, bytes: 1, ...(rate && { [rate]: 1 }) })
      rates.addBytes(bytes)
    } catch (error) {
      if (error instanceof RefusalError) return error
      throw error
    }
    // A well-behaved client has at most a join, a batch and a page under way in each of its rooms.
    const maxPending = settings.limits.rooms * 4
    if (this.#pending + count <= maxPending) return undefined
    settings.metrics.bounds.add('requests')
    return refuse('LIMIT', `at most ${maxPending} requests at a time`)
  }

  #refused(request: string, error: unknown): object {
    return refusedAnswer(error, request, this.#handler.user, this.#parts.settings)
  }
}

/** How many rooms a `$join` of several has; undefined for any other request. */
function joinsIn(event: string, [request]: readonly unknown[]): number | undefined {
  const rooms = event === wire.join && isObject(request) ? request['rooms'] : undefined
  return Array.isArray(rooms) ? rooms.length : undefined
}
