import { Emitter, Listeners, type Unsubscribe } from '../emitter.ts'
import type { RoomSection, Schemas } from '../events/schemas.ts'
import type { Report } from '../store.ts'
import type { Gap, HistoryMessage } from './room.ts'

/** The server has deleted the data of a message. `message`: it comes at its place, without its data. */
export interface Redaction {
  readonly seq: number
  readonly message?: HistoryMessage
}

/** The listeners of one room. SPEC.md, rules DS. */
export class RoomEvents {
  readonly #room: string
  readonly #section: RoomSection
  readonly #schemas: Schemas
  readonly #report: Report
  readonly listeners: Listeners<[unknown, unknown?]> = new Listeners()
  /** Apart from the others: on the wire an app's event may be called `gap`, too. */
  readonly #gaps = new Emitter<[unknown]>()
  readonly #redactions = new Emitter<[Redaction]>()
  readonly #turns = new Emitter<[]>()

  constructor(room: string, section: RoomSection, schemas: Schemas, report: Report) {
    this.#room = room
    this.#section = section
    this.#schemas = schemas
    this.#report = report
  }

  get size(): number {
    return this.listeners.size + this.#gaps.size
  }

  on(event: string, handler: (data: unknown, meta?: unknown) => void): Unsubscribe {
    if (event === 'gap') return this.#gaps.add(handler)
    this.#schemas.assertListened(this.#section, event)
    return this.listeners.add(event, handler)
  }

  /** Calls the listener after all events of a packet have been given to the listeners: it takes them together. */
  onTurnEnd(listener: () => void): Unsubscribe {
    return this.#turns.add(listener)
  }

  /** Calls the listener with each message of which the server has deleted the data. */
  onRedaction(listener: (redaction: Redaction) => void): Unsubscribe {
    return this.#redactions.add(listener)
  }

  emitRedaction(redaction: Redaction): void {
    this.#redactions.call([redaction], (error) => this.#report(error, `redaction in ${this.#room}`))
  }

  endTurn(): void {
    this.#turns.call([], (error) => this.#report(error, `events of ${this.#room}`))
  }

  emitGap(gap: Gap): void {
    this.#gaps.call([gap], (error) => this.#report(error, `gap of ${this.#room}`))
  }
}
