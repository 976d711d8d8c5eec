import { RoomfulError } from '@roomful/contract'
import { Listeners, type Unsubscribe } from '../emitter.ts'
import type { Reporting } from '../reporting.ts'
import type { RoomsProtocol } from '../rooms/rooms-protocol.ts'
import type { Schemas } from './schemas.ts'

/** A server that sends more before the client is connected makes the attempt fail. */
const MAX_EARLY_PACKETS = 10_000

/** Receives every packet, checks and parses it, and calls the listeners. SPEC.md, rules DS. */
export class Dispatcher {
  readonly #listeners = new Listeners<readonly unknown[]>()
  readonly #protocol: () => RoomsProtocol
  readonly #schemas: Schemas
  readonly #reporting: Reporting
  readonly #rejectAttempt: (error: RoomfulError) => boolean
  /** Packets that came before the client was connected, in order; undefined while it is. */
  #early: (readonly [event: string, args: unknown[]])[] | undefined = []

  /** `rejectAttempt` ends the running attempt to connect; false where there is none. */
  constructor(
    protocol: () => RoomsProtocol,
    schemas: Schemas,
    reporting: Reporting,
    rejectAttempt: (error: RoomfulError) => boolean,
  ) {
    this.#protocol = protocol
    this.#schemas = schemas
    this.#reporting = reporting
    this.#rejectAttempt = rejectAttempt
  }

  on(event: string, handler: (...args: unknown[]) => void): Unsubscribe {
    this.#schemas.assertListened('serverToClient', event)
    return this.#listeners.add(event, handler)
  }

  readonly receive = (event: string, args: unknown[]): void => {
    this.#reporting.inspect({ type: 'in', event, args })
    if (!this.#early) return this.#dispatch(event, args)
    if (this.#protocol().receiveEarly(event, args)) return
    const sentence = `the server sent more than ${MAX_EARLY_PACKETS} packets before the client was connected`
    const isTooMany = this.#early.length >= MAX_EARLY_PACKETS
    if (!isTooMany || !this.#rejectAttempt(new RoomfulError('INVALID', sentence))) this.#early.push([event, args])
  }

  /** The client is connected, and its listeners know: they get the packets that came before. */
  open(): void {
    const early = this.#early
    this.#early = undefined
    for (const [event, args] of early ?? []) if (!this.#early) this.#dispatch(event, args)
  }

  /** The connection or the attempt has ended. */
  close(): void {
    this.#early = []
  }

  /** Removes all listeners. */
  clear(): void {
    this.#listeners.clear()
  }

  #dispatch(event: string, args: unknown[]): void {
    if (this.#protocol().receive(event, args)) return
    this.#listeners.emit(
      event,
      () => this.#schemas.readEvent(event, args),
      (error) => this.#reporting.report(error, event),
    )
  }
}
