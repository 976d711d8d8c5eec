import type { Entry, WireMeta, WireUser } from '@roomful/contract/protocol'
import { Emitter, Listeners, type Unsubscribe } from '../emitter.ts'
import type { Schemas } from '../events/schemas.ts'
import type { Report } from '../guarded-store.ts'
import type { MessageMeta } from './room.ts'
import { type Gap, type LogPage, RoomLog, type RoomLogOutput } from '../roomful/log.ts'
import type { HistoryPage, Since } from './room-protocol.ts'

export interface RoomInboxHooks {
  readonly schemas: Schemas
  readonly report: Report
  /** What comes after a place in the room's log; rejects with the server's refusal. */
  fetch(epoch: string, after: number): Promise<LogPage>
  /** We have lost our place: only another join can tell where we are. */
  rejoin(): void
}

const RETRY_MS = 1_000
const UNKNOWN_GAP: Gap = { from: undefined, to: undefined, reason: 'unsupported' }

/** What is heard in one room: gives the pure log its server, its timer and its listeners. */
export class RoomInbox {
  readonly #name: string
  readonly #hooks: RoomInboxHooks
  readonly #listeners = new Listeners<[unknown, unknown?]>()
  /** Of gaps and the protocol's own messages: apart, since a room event may have any name on the wire. */
  readonly #ours = new Listeners<[unknown]>()
  /** Hears who sent each message of the log, where anybody wants to know. */
  readonly senders: Emitter<[WireUser | null]> = new Emitter()
  readonly #log = new RoomLog()
  /** Whether something may have been missed, where no log says what. */
  #wasJoined = false
  /** Counts the times that we left: what was to be heard before is not heard after. */
  #leaves = 0
  #retryTimer: ReturnType<typeof setTimeout> | undefined

  constructor(name: string, hooks: RoomInboxHooks) {
    this.#name = name
    this.#hooks = hooks
  }

  get since(): Since | undefined {
    const { place } = this.#log
    return place && { epoch: place.epoch, seq: place.last }
  }

  on(event: string, handler: (data: unknown, meta?: unknown) => void): Unsubscribe {
    if (event === 'gap') return this.hear(event, handler)
    this.#hooks.schemas.assertHeard('room', event)
    return this.#listeners.add(event, handler)
  }

  /** Hears gaps, or messages under one of the protocol's own names. */
  hear(event: string, handler: (message: unknown) => void): Unsubscribe {
    return this.#ours.add(event, handler)
  }

  /** Hands on what is no message; false where nobody listens. */
  tell(event: string, data: unknown): boolean {
    const emitter = this.#ours.of(event)
    emitter?.call([data], (error) => this.#report(error, event))
    return emitter !== undefined
  }

  /** A message of a server that speaks roomful/1: in its turn, once; a volatile one now or never. */
  receive(event: string, data: unknown, meta: WireMeta): void {
    const { epoch, seq, id, from, at } = meta
    if (epoch === undefined || seq === undefined || id === undefined) {
      if (this.#log.status === 'joined') this.#hear(event, data, () => this.#metaOf(meta, false))
    } else this.#run(this.#log.heard(epoch, seq, { event, data, seq, id, from, at }))
  }

  receiveHead(epoch: string, seq: number): void {
    this.#run(this.#log.heard(epoch, seq))
  }

  receivePlain(event: string, data: unknown): void {
    const at = Date.now()
    this.#hear(event, data, () => ({ id: undefined, seq: undefined, from: undefined, at, replayed: false }))
  }

  joining(): void {
    this.#log.joining()
  }

  /** Let in, or in again: what was missed is heard now, or said to be missing. */
  joined(page: LogPage | undefined): void {
    const isReplayed = page !== undefined && this.#log.place !== undefined
    if (this.#wasJoined && !isReplayed) this.tell('gap', UNKNOWN_GAP)
    this.#wasJoined = true
    if (page) this.#run(this.#log.joined(page))
  }

  away(): void {
    clearTimeout(this.#retryTimer)
    this.#log.away()
  }

  left(): void {
    clearTimeout(this.#retryTimer)
    this.#wasJoined = false
    this.#leaves += 1
    this.#log.left()
  }

  /** The messages of a page; what the contract does not accept is reported and left out. */
  read({ entries }: HistoryPage): { event: string; data: unknown; meta: MessageMeta }[] {
    return entries.flatMap(({ event, data, ...meta }) => {
      const read = this.#hooks.schemas.readRoomEvent(this.#name, event, data)
      return read ? [{ event, data: read.data, meta: this.#metaOf(meta, true) }] : []
    })
  }

  /** Our place moves first, whatever the listeners do (C14). */
  #run(outputs: readonly RoomLogOutput[]): void {
    const leaves = this.#leaves
    for (const output of outputs) if (leaves === this.#leaves) this.#do(output)
  }

  #do(output: RoomLogOutput): void {
    switch (output.type) {
      case 'deliver':
        return this.#deliver(output.entry, output.replayed)
      case 'gap':
        return void this.tell('gap', output.gap)
      case 'rejoin':
        return this.#hooks.rejoin()
      case 'fetch':
        return output.isRepeat ? this.#retryLater(output.join) : this.#fetch(output.join, output.epoch, output.after)
    }
  }

  #fetch(join: number, epoch: string, after: number): void {
    this.#hooks.fetch(epoch, after).then(
      (page) => this.#run(this.#log.page(join, page)),
      ({ code }: { code: string }) => {
        if (code === 'EPOCH' || code === 'NOT_MEMBER') this.#hooks.rejoin()
        else this.#retryLater(join)
      },
    )
  }

  #retryLater(join: number): void {
    if (join !== this.#log.join || this.#log.status !== 'joined') return
    clearTimeout(this.#retryTimer)
    this.#retryTimer = setTimeout(() => this.#run(this.#log.retry(join)), RETRY_MS * (1 + Math.random()))
  }

  #deliver({ event, data, ...meta }: Entry, replayed: boolean): void {
    this.#hear(event, data, () => this.#metaOf(meta, replayed))
    if (this.senders.size > 0) this.senders.call([meta.from], (error) => this.#report(error, event))
  }

  #report(error: unknown, event: string): void {
    this.#hooks.report(error, `${event} of ${this.#name}`)
  }

  #hear(event: string, data: unknown, metaOf: () => MessageMeta): void {
    const emitter = this.#listeners.of(event)
    const read = emitter && this.#hooks.schemas.readRoomEvent(this.#name, event, data)
    if (read) emitter.call([read.data, metaOf()], (error) => this.#report(error, event))
  }

  #metaOf({ id, seq, from, at }: Pick<WireMeta, 'id' | 'seq' | 'from' | 'at'>, replayed: boolean): MessageMeta {
    return { id, seq, from: this.#hooks.schemas.readUser(from), at, replayed }
  }
}
