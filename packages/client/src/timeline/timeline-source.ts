import type { Receipt } from '@roomful/contract'
import type { Unsubscribe } from '../emitter.ts'
import type { ReadonlyStore, Report } from '../guarded-store.ts'
import type { OutgoingEntry } from '../roomful/outbox/outgoing.ts'
import type { MessageMeta } from '../rooms/room.ts'
import type { Gap } from '../roomful/log.ts'
import type { RoomState } from '../rooms/room-state.ts'

export interface HistoryMessages {
  readonly messages: readonly { readonly event: string; readonly data: unknown; readonly meta: MessageMeta }[]
  readonly more: boolean
}

/** What a timeline needs of its room. */
export interface TimelineSource {
  readonly state: ReadonlyStore<RoomState>
  /** Messages in seq order, each once, live and replayed; gaps where they belong between them. */
  on(event: 'gap', handler: (gap: Gap) => void): Unsubscribe
  on(event: string, handler: (data: unknown, meta: MessageMeta) => void): Unsubscribe
  history(query: { readonly before?: number; readonly limit?: number }): Promise<HistoryMessages>
  /** Puts a message into the outbox, or throws and leaves nothing there. */
  publish(event: string, data: unknown): { readonly id: string; readonly receipt: Promise<Receipt> }
  /** Our messages on their way in this room, oldest first; also those of an earlier page. */
  outgoing(): readonly OutgoingEntry[]
  /** Hears of each new one, and of each change. */
  watchOutgoing(listener: (entry: OutgoingEntry) => void): Unsubscribe
  /** Takes a message out of the outbox; those who watch hear of its end. */
  discard(id: string): void
  /** Whether a message's sender is who we are; undefined where the server does not say who we are. */
  readonly isSelf: (from: unknown) => boolean | undefined
  /** What readers get of such data: a schema may fill in and transform. */
  read(event: string, data: unknown): unknown
  /** Hears of a listener that throws. */
  readonly report: Report
}
