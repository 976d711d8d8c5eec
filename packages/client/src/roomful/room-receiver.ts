import { type Entry, isObject, type Redact, wire, type WireMeta } from '@roomful/contract/protocol'
import type { ClientCore } from '../client-core.ts'
import type { HistoryMessage, HistoryMessages } from '../rooms/room.ts'
import type { RoomHost } from '../rooms/rooms-protocol.ts'
import type { LogPage } from './log-steps.ts'

type MetaOnWire = Pick<WireMeta, 'id' | 'seq' | 'epoch' | 'from' | 'at' | 'redacted'>

/** Parses the events of one room by the contract, and gives them to the room's listeners. */
export class RoomReceiver {
  readonly #host: RoomHost
  readonly #core: ClientCore

  constructor(host: RoomHost, core: ClientCore) {
    this.#host = host
    this.#core = core
  }

  /** Without a listener the event is not parsed. A redacted one, and a redaction, are for timelines only. */
  emit(event: string, data: unknown, meta: MetaOnWire, replayed: boolean): void {
    const { name, events } = this.#host
    if (meta.redacted)
      return events.emitRedaction({ seq: meta.seq ?? 0, message: this.#read(event, undefined, meta, replayed) })
    if (event === wire.redact) return isRedact(data) ? events.emitRedaction(data) : undefined
    const listeners = events.listeners.of(event)
    const message = listeners && this.#parse(event, data, meta, replayed)
    if (message)
      listeners.call([message.data, message.meta], (error) => this.#core.reporting.report(error, `${event} of ${name}`))
  }

  /** Parsed messages of a page. Those that the contract refuses are reported and left out. */
  read({ epoch, first, head, entries, amendments = [] }: LogPage, isNewer: boolean): HistoryMessages {
    const parsed = (list: readonly Entry[]): HistoryMessage[] =>
      list.flatMap((entry) => {
        const { event, data } = entry
        if (event === wire.redact) return []
        const meta = { ...entry, epoch }
        return (entry.redacted ? this.#read(event, undefined, meta, true) : this.#parse(event, data, meta, true)) ?? []
      })
    const redacted = entries.flatMap(({ event, data }) => (event === wire.redact && isRedact(data) ? data.seq : []))
    const oldest = entries[0]?.seq ?? first
    const newest = entries.at(-1)?.seq ?? head
    const more = isNewer ? newest < head : oldest > first
    return { messages: parsed(entries), amendments: parsed(amendments), redacted, more, epoch, oldest, newest }
  }

  /** undefined where the contract refuses the data. */
  #parse(event: string, data: unknown, meta: MetaOnWire, replayed: boolean): HistoryMessage | undefined {
    const read = this.#core.schemas.readRoomEvent(this.#host, event, data)
    return read && this.#read(event, read.data, meta, replayed)
  }

  #read(event: string, data: unknown, meta: MetaOnWire, replayed: boolean): HistoryMessage {
    const { id, seq, epoch, from, at, redacted } = meta
    const user = this.#core.schemas.readUser(from)
    return {
      event,
      data,
      meta: { id, seq, epoch, from: user, at, replayed },
      ...(redacted && { isRedacted: true }),
    }
  }
}

function isRedact(data: unknown): data is Redact {
  return isObject(data) && Number.isSafeInteger(data['seq'])
}

/** A logged event that came alone. */
export function entryOf(event: string, data: unknown, { seq, id, from, at, redacted }: Required<WireMeta>): Entry {
  return { event, data, seq, id, from, at, ...(redacted && { redacted }) }
}
