import { Listeners, type Unsubscribe } from '../emitter.ts'
import type { Schemas } from '../events/schemas.ts'
import type { Report } from '../store.ts'
import type { Gap, MessageMeta } from './room.ts'

/** The listeners of one room. SPEC.md, rules DS. */
export class RoomEvents {
  readonly #room: string
  readonly #schemas: Schemas
  readonly #report: Report
  readonly #listeners = new Listeners<[unknown, unknown?]>()
  /** Apart from the others: on the wire an app's event may be called `gap`, too. */
  readonly #gaps = new Listeners<[unknown]>()

  constructor(room: string, schemas: Schemas, report: Report) {
    this.#room = room
    this.#schemas = schemas
    this.#report = report
  }

  get size(): number {
    return this.#listeners.size + this.#gaps.size
  }

  on(event: string, handler: (data: unknown, meta?: unknown) => void): Unsubscribe {
    if (event === 'gap') return this.#gaps.add(event, handler)
    this.#schemas.assertListened('room', event)
    return this.#listeners.add(event, handler)
  }

  /** Parses the data and calls the listeners; nothing is parsed where no listener is there. */
  emit(event: string, data: unknown, metaOf: () => MessageMeta): void {
    const emitter = this.#listeners.of(event)
    const read = emitter && this.#schemas.readRoomEvent(this.#room, event, data)
    if (read) emitter.call([read.data, metaOf()], (error) => this.#report(error, `${event} of ${this.#room}`))
  }

  emitGap(gap: Gap): void {
    this.#gaps.of('gap')?.call([gap], (error) => this.#report(error, `gap of ${this.#room}`))
  }
}
