import type { WireMeta } from '@roomful/contract'
import { Listeners, type Unsubscribe } from '../emitter.ts'
import type { Schemas } from '../events/schemas.ts'
import type { Report } from '../guarded-store.ts'
import type { Gap, MessageMeta } from './room.ts'
import type { HistoryPage, Joined } from './room-protocol.ts'

interface InboxContext {
  readonly schemas: Schemas
  readonly report: Report
}

/** What is heard in one room, by whom, and where its log stood when we last heard of it. */
export class RoomInbox {
  readonly #name: string
  readonly #context: InboxContext
  readonly #listeners = new Listeners<[unknown, unknown?]>()
  /** The newest message that we know of: what came between it and the log's head while we were away was missed. */
  #position: { readonly epoch: string; readonly last: number } | undefined
  #wasJoined = false
  /** Where we stood when we asked to be let in: on a connection that goes on, so do the messages meanwhile. */
  #askedAt = 0

  constructor(name: string, context: InboxContext) {
    this.#name = name
    this.#context = context
  }

  get epoch(): string | undefined {
    return this.#position?.epoch
  }

  on(event: string, handler: (data: unknown, meta?: unknown) => void): Unsubscribe {
    if (event !== 'gap') this.#context.schemas.assertHeard('room', event)
    return this.#listeners.add(event, handler)
  }

  /** Whether it is the very next message after those that we know of. */
  continues({ epoch, seq }: WireMeta): boolean {
    return this.#position !== undefined && epoch === this.#position.epoch && seq === this.#position.last + 1
  }

  /** A message of a server that speaks roomful/1, unless it was heard. Our place moves first, whatever its listeners do. */
  receive(event: string, data: unknown, meta: WireMeta): void {
    const position = this.#position
    if (position && meta.seq !== undefined && meta.epoch === position.epoch) {
      if (meta.seq <= position.last) return
      this.#position = { epoch: position.epoch, last: meta.seq }
    }
    this.#hear(event, data, () => this.#metaOf(meta, false))
  }

  receivePlain(event: string, data: unknown): void {
    const at = Date.now()
    this.#hear(event, data, () => ({ id: undefined, seq: undefined, from: undefined, at, replayed: false }))
  }

  joining(): void {
    this.#askedAt = this.#position?.last ?? 0
  }

  /** Let in, or in again: then gives what was missed meanwhile, unless the log has not moved. */
  joined({ position: now }: Joined): Gap | undefined {
    const before = this.#position
    const isResumed = this.#wasJoined
    // A log that went back is another one: its numbers are given anew.
    const isTheSame = now !== undefined && now.epoch === before?.epoch && now.head >= this.#askedAt
    this.#position = now && { epoch: now.epoch, last: isTheSame ? Math.max(now.head, before.last) : now.head }
    this.#wasJoined = true
    if (!isResumed) return undefined
    if (!now || !before) return { from: undefined, to: undefined, reason: 'unsupported' }
    if (!isTheSame) return { from: undefined, to: now.head, reason: 'epoch' }
    return now.head > before.last ? { from: before.last + 1, to: now.head, reason: 'unsupported' } : undefined
  }

  tell(gap: Gap): void {
    this.#listeners.of('gap')?.call([gap], (error) => this.#context.report(error, `gap of ${this.#name}`))
  }

  left(): void {
    this.#wasJoined = false
  }

  /** The messages of a page; what the contract does not accept is reported and left out. */
  read({ entries }: HistoryPage): { event: string; data: unknown; meta: MessageMeta }[] {
    return entries.flatMap(({ event, data, ...meta }) => {
      const read = this.#context.schemas.readRoomEvent(this.#name, event, data)
      return read ? [{ event, data: read.data, meta: this.#metaOf(meta, true) }] : []
    })
  }

  #hear(event: string, data: unknown, metaOf: () => MessageMeta): void {
    const emitter = this.#listeners.of(event)
    const read = emitter && this.#context.schemas.readRoomEvent(this.#name, event, data)
    if (read) emitter.call([read.data, metaOf()], (error) => this.#context.report(error, `${event} of ${this.#name}`))
  }

  #metaOf({ id, seq, from, at }: Pick<WireMeta, 'id' | 'seq' | 'from' | 'at'>, replayed: boolean): MessageMeta {
    return { id, seq, from: this.#context.schemas.readUser(from), at, replayed }
  }
}
