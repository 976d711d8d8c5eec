import { RoomfulError, ValidationError } from '@roomful/contract'
import { describe, eventIn, type EventSchemas, validate } from '@roomful/contract/protocol'
import type { AppCalls } from './app-calls.ts'
import type { Identity } from './authenticate.ts'
import { jsonCopy, jsonText } from './json.ts'
import { RefusalError, refuse } from './refuse.ts'
import type { ErrorContext } from './report.ts'
import type { Settings } from './settings.ts'

export type Kind = 'durable' | 'volatile'
export type Handler = (context: object) => unknown

/** An event that has the right shape. */
export interface Checked {
  readonly event: string
  /** As the schema gives it out. */
  readonly data: unknown
  /** What came off the wire, and its JSON. */
  readonly wire: unknown
  readonly text: string
}

/** What makes an event acceptable: the contract, the app's permission, and its handler. */
export class EventRules {
  readonly #settings: Settings
  readonly #calls: AppCalls
  readonly #handlers = new Map<string, Handler>()

  constructor(settings: Settings, calls: AppCalls) {
    this.#settings = settings
    this.#calls = calls
  }

  /** @throws RoomfulError `INVALID_ARGUMENT` for an event that takes no handler, or has one. */
  handle(event: string, handler: Handler): () => void {
    if (this.#find(event, 'durable') === undefined)
      throw invalid(`handle: the contract has no durable room event ${describe(event)}`)
    if (this.#handlers.has(event)) throw invalid(`handle: "${event}" has a handler already`)
    this.#handlers.set(event, handler)
    return () => {
      if (this.#handlers.get(event) === handler) this.#handlers.delete(event)
    }
  }

  /** @throws RefusalError `SHAPE` or `TOO_LARGE` for what the contract or the limits do not let in. */
  check(event: unknown, data: unknown, kind: Kind): Checked {
    const known = this.#find(event, kind)
    if (known === undefined) throw refuse('SHAPE', `the contract has no ${kind} room event ${describe(event)}`)
    const text = jsonText(data, this.#settings.limits.eventBytes)
    try {
      return { event: known.event, data: validate(known.schema, data, known.event), wire: data ?? null, text }
    } catch (error) {
      if (error instanceof ValidationError) throw refuse('SHAPE', error.message)
      throw this.#internal(error, { during: 'emit', event: known.event })
    }
  }

  /**
   * The data that travels: what came in, or what the event's handler made of it.
   * @throws RefusalError the app's own; `FORBIDDEN`; `INTERNAL`, and a report, for a function that failed.
   */
  async admit(checked: Checked, room: string, { user }: Identity, id?: string): Promise<unknown> {
    const { mayEmit } = this.#settings
    const handler = this.#handlers.get(checked.event)
    if (mayEmit === undefined && handler === undefined) return checked.wire
    const { event, data } = checked
    const context = { room, event, data, user }
    try {
      if (mayEmit !== undefined && (await this.#calls.run(() => mayEmit(context))) !== true)
        throw refuse('FORBIDDEN', `you are not allowed to send "${event}" here`)
      const changed = handler && (await this.#calls.run((signal) => handler({ ...context, id, signal })))
      // What is unchanged is read again from its text, so that nobody's hands were on it.
      return changed === undefined ? JSON.parse(checked.text) : this.own(event, changed, 'durable')
    } catch (error) {
      if (error instanceof RefusalError) throw error
      throw this.#internal(error, { during: 'emit', room, event })
    }
  }

  /**
   * The server's own data, as it travels.
   * @throws ValidationError, or RoomfulError `INVALID_ARGUMENT` for an unknown event or too much data.
   */
  own(event: string, data: unknown, kind: Kind): unknown {
    const known = this.#find(event, kind)
    if (known === undefined) throw invalid(`the contract has no ${kind} room event ${describe(event)}`)
    const copy = jsonCopy(data)
    try {
      jsonText(copy, this.#settings.limits.eventBytes)
    } catch (error) {
      throw error instanceof RefusalError ? invalid(`"${event}": ${error.message}`) : error
    }
    validate(known.schema, copy, event)
    return copy ?? null
  }

  #internal(error: unknown, context: ErrorContext): RefusalError {
    this.#settings.report(error, context)
    return refuse('INTERNAL', 'the server failed on this message')
  }

  #find(event: unknown, kind: Kind): { readonly event: string; readonly schema: EventSchemas['data'] } | undefined {
    if (typeof event !== 'string') return undefined
    const schemas = eventIn(this.#settings.definition, 'room', event)
    return schemas?.volatile === (kind === 'volatile') ? { event, schema: schemas.data } : undefined
  }
}

function invalid(sentence: string): RoomfulError {
  return new RoomfulError('INVALID_ARGUMENT', sentence)
}
