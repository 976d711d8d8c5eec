import type { TraceEntry, TraceEvent } from '@roomful/testing/trace'
import { encodeError } from './encode-error.ts'
import { encodeValue } from './encode-value.ts'
import { RoundTrips } from './round-trips.ts'

type EventOf<Type extends TraceEvent['type']> = Extract<TraceEvent, { readonly type: Type }>
type Raw<Event> = Event extends { readonly error?: unknown }
  ? Omit<Event, 'error'> & { readonly error?: unknown }
  : Event

/** An event of the client, with its own values and errors. `at`: milliseconds of a clock that only rises. */
export type RecorderInput = {
  readonly at: number
  readonly event: Raw<Exclude<TraceEvent, EventOf<'ack'>>> | Omit<EventOf<'ack'>, 'ms'>
}

/** An entry, with a number that rises by 1 from each to the next. */
export interface Recorded {
  readonly number: number
  readonly entry: TraceEntry
}

/** The bounds of a recording; the oldest entries are dropped. */
export interface RecorderLimits {
  /** How many entries are kept, up to 20,000. @default 2000 */
  readonly maxEntries?: number
  /** How much memory their data may take, in bytes, about. @default 8 MiB */
  readonly maxBytes?: number
}

interface Kept extends Recorded {
  readonly bytes: number
}

/** Beside its data, an entry takes about so much. */
const ENTRY_BYTES = 100

/** Keeps the newest entries of one client, in bounded memory. It has no clock, and gets the time with each input. */
export class Recorder {
  readonly #maxEntries: number
  readonly #maxBytes: number
  readonly #roundTrips = new RoundTrips()
  #kept: Kept[] = []
  /** The place of the oldest entry: removing each from the front would move all others. */
  #first = 0
  #bytes = 0
  #count = 0

  constructor({ maxEntries = 2_000, maxBytes = 8 * 1024 * 1024 }: RecorderLimits = {}) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
  }

  /** How many entries were dropped or cleared. */
  get dropped(): number {
    return this.#count - (this.#kept.length - this.#first)
  }

  get roundTrip(): RoundTrips['state'] {
    return this.#roundTrips.state
  }

  /** From the oldest to the newest. */
  get entries(): readonly Recorded[] {
    return this.#kept.slice(this.#first)
  }

  /** Adds an entry, which it returns. A `queue` takes the place of one that was the newest. */
  step({ at, event }: RecorderInput): TraceEntry {
    let bytes = ENTRY_BYTES
    const entry = { ...event, at } as unknown as Record<string, unknown>
    if ('args' in event) {
      const encoded = encodeValue(event.args)
      entry['args'] = Array.isArray(encoded.value) ? encoded.value : [encoded.value]
      bytes += encoded.bytes
    }
    if ('error' in event) entry['error'] = encodeError(event.error)
    if (event.type === 'out' && event.call !== undefined) this.#roundTrips.sent(event.call, at)
    if (event.type === 'ack') entry['ms'] = this.#roundTrips.answered(event.call, at)
    const made = entry as unknown as TraceEntry
    const newest = this.#kept.at(-1)
    if (made.type === 'queue' && newest?.entry.type === 'queue')
      this.#kept[this.#kept.length - 1] = { ...newest, entry: made }
    else this.#add({ number: this.#count++, entry: made, bytes })
    return made
  }

  clear(): void {
    this.#kept = []
    this.#first = 0
    this.#bytes = 0
  }

  #add(kept: Kept): void {
    this.#kept.push(kept)
    this.#bytes += kept.bytes
    const isOver = (): boolean => this.#kept.length - this.#first > this.#maxEntries || this.#bytes > this.#maxBytes
    while (isOver() && this.#first < this.#kept.length - 1) this.#bytes -= this.#kept[this.#first++]!.bytes
    if (this.#first <= this.#maxEntries) return
    this.#kept = this.#kept.slice(this.#first)
    this.#first = 0
  }
}
