import type { WireMeta } from '@roomful/contract/protocol'
import type { ClientCore } from '../client-core.ts'
import type { HistoryMessages } from '../rooms/room.ts'
import type { RoomHost } from '../rooms/rooms-protocol.ts'
import type { LogPage } from './log-steps.ts'

type MetaOnWire = Pick<WireMeta, 'id' | 'seq' | 'from' | 'at'>
type Message = HistoryMessages['messages'][number]

/** Parses the events of one room by the contract, and gives them to the room's listeners. */
export class RoomReceiver {
  readonly #host: RoomHost
  readonly #core: ClientCore

  constructor(host: RoomHost, core: ClientCore) {
    this.#host = host
    this.#core = core
  }

  /** Without a listener the event is not parsed. */
  emit(event: string, data: unknown, meta: MetaOnWire, replayed: boolean): void {
    const { name, events } = this.#host
    const listeners = events.listeners.of(event)
    const message = listeners && this.#parse(event, data, meta, replayed)
    if (message)
      listeners.call([message.data, message.meta], (error) => this.#core.reporting.report(error, `${event} of ${name}`))
  }

  /** Parsed messages of a page. Those that the contract refuses are reported and left out. */
  read({ epoch, first, head, entries }: LogPage, isNewer: boolean): HistoryMessages {
    const messages = entries.flatMap((entry) => this.#parse(entry.event, entry.data, entry, true) ?? [])
    const oldest = entries[0]?.seq ?? first
    const newest = entries.at(-1)?.seq ?? head
    return { messages, more: isNewer ? newest < head : oldest > first, epoch, oldest, newest }
  }

  /** undefined where the contract refuses the data. */
  #parse(event: string, data: unknown, meta: MetaOnWire, replayed: boolean): Message | undefined {
    const { schemas } = this.#core
    const { id, seq, from, at } = meta
    const read = schemas.readRoomEvent(this.#host, event, data)
    return read && { event, data: read.data, meta: { id, seq, from: schemas.readUser(from), at, replayed } }
  }
}
