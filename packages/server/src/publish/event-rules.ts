import { type ContractDefinition, RoomfulError, type Target } from '@roomful/contract'
import {
  describe,
  eventIn,
  type EventSchemas,
  isSchema,
  validateEvent,
  type WireUser,
} from '@roomful/contract/protocol'
import type { Identity } from '../connection/authenticate.ts'
import type { CallbackRunner } from '../callback-runner.ts'
import { jsonCopy, jsonText } from '../json.ts'
import type { Amends, LogEntry } from '../log/log-entry.ts'
import { RefusalError, refuse } from '../refuse.ts'
import { wireEntry } from '../rooms/wire-page.ts'
import type { Settings } from '../settings.ts'
import { CallbackFailure } from './failed-attempts.ts'
import { validateOrRefuse } from '../validate-or-refuse.ts'

export type Kind = 'durable' | 'volatile' | 'inbox'
export type Handler = (context: object) => unknown

/** Identifies a message among all messages, also when it is sent again. */
export interface MessageKey {
  readonly id: string
  readonly senderKey: string
}

/** An event whose name, data and size were checked. */
export interface Checked {
  readonly event: string
  /** As the schema gives it out. */
  readonly data: unknown
  /** As it came off the wire, and its JSON. */
  readonly wire: unknown
  readonly text: string
  /** Of an amendment: what it changes. */
  readonly amending: Amending | undefined
}

/** An event that amends another one, `key` is the field that tells amendments of one user apart. */
export interface Amending {
  readonly amends: string
  readonly key: string | undefined
  readonly target: Target
}

/** Checks events by the contract, asks the app for permission, and runs the app's handlers. */
export class EventRules {
  readonly #settings: Settings
  readonly #callbacks: CallbackRunner
  readonly #handlers = new Map<string, Handler>()
  readonly #unread: Readonly<Record<'room' | 'inbox', ReadonlySet<string>>>

  constructor(settings: Settings, callbacks: CallbackRunner) {
    const { room, inbox } = settings.definition
    this.#unread = { room: unreadEvents(room), inbox: unreadEvents(inbox) }
    this.#settings = settings
    this.#callbacks = callbacks
  }

  /** @throws RoomfulError `INVALID_ARGUMENT` for an event that is not durable, or has a handler already. */
  handle(event: string, handler: Handler): () => void {
    if (this.#find(event, 'durable') === undefined)
      throw invalid(`handle: the contract has no durable room event ${describe(event)}`)
    if (this.#handlers.has(event)) throw invalid(`handle: "${event}" has a handler already`)
    this.#handlers.set(event, handler)
    return () => {
      if (this.#handlers.get(event) === handler) this.#handlers.delete(event)
    }
  }

  /** @throws RefusalError `SHAPE` or `TOO_LARGE` for an event that the contract or the limits refuse. */
  check(event: unknown, data: unknown, kind: Kind): Checked {
    const known = this.#find(event, kind)
    if (known === undefined) throw refuse('SHAPE', `the contract has no ${kind} room event ${describe(event)}`)
    const text = jsonText(data, this.#settings.limits.eventBytes)
    const { schemas } = known
    const parsed = validateOrRefuse(() => validateEvent(schemas, data, known.event))
    return { event: known.event, data: parsed, wire: data ?? null, text, amending: amendingOf(schemas, parsed) }
  }

  /**
   * Asks `authorize.emit`, runs the event's handler, and returns the data to broadcast: the handler's, or the client's where it returns none.
   * `target` is the entry that an amendment changes.
   * @throws RefusalError the app's own; `FORBIDDEN`; CallbackFailure, with a report, for a function that failed.
   */
  async admit(
    checked: Checked,
    room: string,
    { user, claims }: Identity,
    key?: MessageKey,
    target?: LogEntry,
  ): Promise<unknown> {
    const { authorizeEmit } = this.#settings
    const handler = this.#handlers.get(checked.event)
    if (authorizeEmit === undefined && handler === undefined) return checked.wire
    const { event, data } = checked
    const context = { room, event, data, user, claims, target: target && wireEntry(target) }
    try {
      if (authorizeEmit !== undefined && (await this.#callbacks.run(() => authorizeEmit(context))) !== true)
        throw refuse('FORBIDDEN', `you are not allowed to send "${event}" here`)
      const changed = handler && (await this.#callbacks.run((signal) => handler({ ...context, ...key, signal })))
      // Parsed again from its text, since the app's functions may have changed the object.
      if (changed === undefined) return JSON.parse(checked.text)
      const { amending } = checked
      return this.checkOwn(event, amending ? { ...(changed as object), target: amending.target } : changed, 'durable')
    } catch (error) {
      if (error instanceof RefusalError) throw error
      this.#settings.report(error, { during: 'emit', room, event })
      throw new CallbackFailure()
    }
  }

  /**
   * Checks data of the server itself, and gives it as JSON carries it.
   * @throws ValidationError, or RoomfulError `INVALID_ARGUMENT` for an unknown event or too much data.
   */
  checkOwn(event: string, data: unknown, kind: Kind): unknown {
    const known = this.#find(event, kind)
    if (known === undefined)
      throw invalid(`the contract has no ${kind === 'inbox' ? kind : `${kind} room`} event ${describe(event)}`)
    const copy = jsonCopy(data)
    try {
      jsonText(copy, this.#settings.limits.eventBytes)
    } catch (error) {
      throw error instanceof RefusalError ? invalid(`"${event}": ${error.message}`) : error
    }
    validateEvent(known.schemas, copy, event)
    return copy ?? null
  }

  /** What data of the server amends, after `checkOwn`; undefined for other events. */
  amendingOf(event: string, data: unknown): Amending | undefined {
    const known = this.#find(event, 'durable')
    return known && amendingOf(known.schemas, data)
  }

  /** Whether entries of the event count as unread. */
  isUnread(event: string, kind: Kind): boolean {
    return this.#unread[kind === 'inbox' ? kind : 'room'].has(event)
  }

  #find(event: unknown, kind: Kind): { readonly event: string; readonly schemas: EventSchemas } | undefined {
    if (typeof event !== 'string') return undefined
    const schemas = eventIn(this.#settings.definition, kind === 'inbox' ? kind : 'room', event)
    return schemas?.volatile === (kind === 'volatile') ? { event, schemas } : undefined
  }
}

function amendingOf({ amends, key }: EventSchemas, data: unknown): Amending | undefined {
  return amends === undefined ? undefined : { amends, key, target: (data as { readonly target: Target }).target }
}

/** For the log: the newest amendment of each event, user and key counts. */
export function amendsOf(event: string, { key, target }: Amending, data: unknown, from: WireUser | null): Amends {
  const value = key === undefined ? null : ((data as Readonly<Record<string, unknown>>)[key] ?? null)
  return { seq: target.seq, slot: JSON.stringify([event, from?.id ?? null, value]) }
}

/** Those that the contract marks, or `message`. */
function unreadEvents(events: ContractDefinition['room'] = {}): ReadonlySet<string> {
  const marked = Object.entries(events).filter(([, shape]) => !isSchema(shape) && shape.unread === true)
  return new Set(marked.length === 0 ? ['message'] : marked.map(([event]) => event))
}

function invalid(sentence: string): RoomfulError {
  return new RoomfulError('INVALID_ARGUMENT', sentence)
}
