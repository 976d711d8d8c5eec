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
  async respond(event: string, args: unknown[], refusal?: RefusalError): Promise<void> {
    const acknowledge = args.at(-1)
    const page = new PageTurn(this.#handler.pages)
    const end = this.#parts.drain.begin() // closing waits until the answer is sent
    const result = await this.#answer(event, args.splice(0), page, refusal)
    try {
      if (typeof acknowledge === 'function') acknowledge(result)
    } catch (error) {
      this.#parts.settings.report(error, { during: 'request' })
    } finally {
      page.end()
      end()
    }
  }

  /** Keeps no reference to the request while it waits: it may be large, and many may wait. */
  async #answer(event: string, args: unknown[], page: PageTurn, given?: RefusalError): Promise<object> {
    const { drain, settings, turns } = this.#parts
    // A well-behaved client has at most a join, a batch and a page under way in each of its rooms.
    const maxPending = settings.limits.rooms * 4
    const joins = joinsIn(event, args)
    const refusal = this.#exceeds(event, args, joins)
    if (refusal !== undefined) return this.#refused(event, refusal)
    const count = Math.min(joins ?? 1, settings.limits.rooms)
    if (this.#pending + count > maxPending) {
      settings.metrics.bounds.add('requests')
      return this.#refused(event, refuse('LIMIT', `at most ${maxPending} requests at a time`))
    }
    this.#pending += count
    try {
      await turns.begin(this, count)
      return await drain.run(() => {
        if (given !== undefined) throw given
        return this.#handler.handle(event, args.shift(), page)
      })
    } catch (error) {
      return this.#refused(event, error)
    } finally {
      this.#pending -= count
    }
  }

  /** S10: the rates are checked before a request costs anything else, so that refusals are cheap. */
  #exceeds(event: string, args: unknown[], joins: number | undefined): RefusalError | undefined {
    const { rates } = this.#handler
    const rate = joins === undefined ? RATES[event] : undefined
    try {
      rates.take({ requests: 1, bytes: 1, ...(rate && { [rate]: 1 }) })
      rates.addBytes(sizeOf(args))
      return undefined
    } catch (error) {
      if (error instanceof RefusalError) return error
      throw error
    }
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
