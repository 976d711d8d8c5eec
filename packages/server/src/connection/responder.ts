import { describe, isObject, wire } from '@roomful/contract/protocol'
import type { Drain } from '../drain.ts'
import { PageTurn, type PageTurns } from '../guard/page-turns.ts'
import type { RequestTurns } from '../guard/request-turns.ts'
import type { RequestLimiter } from '../rates/rate-limiter.ts'
import type { RequestRate } from '../rates/rates.ts'
import { sizeOf } from '../rates/size-of.ts'
import { RefusalError, refuse } from '../refuse.ts'
import { refusedAnswer } from './refused-answer.ts'
import type { Settings } from '../settings.ts'
import type { SocketIoSocket } from '../socket-io.ts'

/** `page` is the request's turn to read a page. */
export type RequestHandler = (request: unknown, page: PageTurn) => Promise<object>
type Listener = (...args: unknown[]) => void

interface ResponderParts {
  readonly drain: Drain
  readonly settings: Settings
  readonly rates: RequestLimiter
  /** The user's id, for `inspect`. */
  readonly user: string | null
  readonly pages: PageTurns
  readonly turns: RequestTurns
  /** The most requests of one socket that run at a time. A `$join` of several rooms counts as one for each. */
  readonly maxPending: number
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
  readonly #socket: SocketIoSocket
  readonly #parts: ResponderParts
  readonly #listeners: [event: string, listener: Listener][] = []
  #pending = 0

  constructor(socket: SocketIoSocket, parts: ResponderParts) {
    this.#socket = socket
    this.#parts = parts
    socket.onAny(this.#refuseUnknown)
  }

  on(event: string, handler: RequestHandler): void {
    const listener: Listener = (...args) => void this.#respond(event, args, handler)
    this.#listeners.push([event, listener])
    this.#socket.on(event, listener)
  }

  stop(): void {
    this.#socket.offAny(this.#refuseUnknown)
    for (const [event, listener] of this.#listeners.splice(0)) this.#socket.off(event, listener)
  }

  /** Names that begin with `$` belong to the protocol: an unknown request is refused, so that its sender does not wait. */
  readonly #refuseUnknown = (event: unknown, ...args: unknown[]): void => {
    if (typeof event !== 'string' || event[0] !== '$' || this.#socket.listenerCount(event) > 0) return
    const expected = this.#listeners.map(([name]) => name).join(', ')
    const unknown = refuse('SHAPE', `unknown request ${describe(event)}: expected one of ${expected}`)
    void this.#respond('unknown', args, () => Promise.reject(unknown))
  }

  async #respond(event: string, args: unknown[], handler: RequestHandler): Promise<void> {
    const acknowledge = args.at(-1)
    const page = new PageTurn(this.#parts.pages)
    const end = this.#parts.drain.begin() // closing waits until the answer is sent
    const result = await this.#answer(event, args.splice(0), handler, page)
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
  async #answer(event: string, args: unknown[], handler: RequestHandler, page: PageTurn): Promise<object> {
    const { drain, settings, turns, maxPending } = this.#parts
    const refusal = this.#exceeds(event, args)
    if (refusal !== undefined) return this.#refused(event, refusal)
    const count = Math.min(joinsIn(event, args) ?? 1, settings.limits.rooms)
    if (this.#pending + count > maxPending) {
      settings.metrics.bounds.add('requests')
      return this.#refused(event, refuse('LIMIT', `at most ${maxPending} requests at a time`))
    }
    this.#pending += count
    try {
      await turns.begin(this, count)
      return await drain.run(() => handler(args.shift(), page))
    } catch (error) {
      return this.#refused(event, error)
    } finally {
      this.#pending -= count
    }
  }

  /** S10: the rates are checked before a request costs anything else, so that refusals are cheap. */
  #exceeds(event: string, args: unknown[]): RefusalError | undefined {
    const { rates } = this.#parts
    const rate = joinsIn(event, args) === undefined ? RATES[event] : undefined
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
    const { settings, user } = this.#parts
    return refusedAnswer(error, request, user, settings)
  }
}

/** How many rooms a `$join` of several has; undefined for any other request. */
function joinsIn(event: string, [request]: readonly unknown[]): number | undefined {
  const rooms = event === wire.join && isObject(request) ? request['rooms'] : undefined
  return Array.isArray(rooms) ? rooms.length : undefined
}
