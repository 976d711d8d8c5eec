import type { Entry, PackedEvent } from '@roomful/contract/protocol'
import type { Gap } from '../rooms/room.ts'

/** The state of a room's log, and a run of its entries. */
export interface LogPage {
  readonly epoch: string
  readonly head: number
  readonly first: number
  readonly entries: readonly Entry[]
  readonly amendments?: readonly Entry[] | undefined
  /** In the answer to a join: the log has all that the client has seen up to this `seq`, also where its epoch is new. */
  readonly continues?: number | undefined
}

/** A live event of the room. A volatile one has no place in the log. */
export type LiveEvent = Entry | VolatileEvent
type VolatileEvent = Required<Pick<PackedEvent, 'event' | 'data' | 'from' | 'at'>>

/** The highest `seq` of one epoch that a client has seen. */
export interface Since {
  readonly epoch: string
  readonly seq: number
}

export type LogInput =
  /** A join is requested; its answer is `joined`. */
  | { readonly type: 'joining' }
  /** The answer to the join. `since` was sent with it; undefined: what was seen until now. */
  | { readonly type: 'joined'; readonly page: LogPage; readonly since?: Since | undefined }
  /** Live events that came together, in their order. The messages among them are of this epoch. */
  | { readonly type: 'live'; readonly epoch: string; readonly events: readonly LiveEvent[] }
  /** The log has at least this `seq`. `previous`: the epoch before it, and the last of its entries that the log still has. */
  | {
      readonly type: 'head'
      readonly epoch: string
      readonly seq: number
      readonly previous?: { readonly epoch: string; readonly head: number } | undefined
    }
  /** The app has got a message of the epoch that is followed otherwise: a receipt for it, or a page of the history. */
  | { readonly type: 'seen'; readonly seq: number }
  /** The answer to a fetch; `join` is the fetch's own. */
  | { readonly type: 'page'; readonly join: number; readonly page: LogPage }
  /** A fetch failed or is to be repeated: the moment to ask again has come. */
  | { readonly type: 'retry'; readonly join: number }
  | { readonly type: 'disconnected' }
  /** The room was left; the next join begins at the head. */
  | { readonly type: 'left' }

export type LogOutput =
  | { readonly type: 'deliver'; readonly entry: Entry; readonly replayed: boolean }
  | { readonly type: 'volatile'; readonly event: VolatileEvent }
  | { readonly type: 'gap'; readonly gap: Gap }
  /** `isRepeat`: the page before had no message that follows, so ask a moment later. */
  | {
      readonly type: 'fetch'
      readonly join: number
      readonly epoch: string
      readonly after: number
      readonly isRepeat: boolean
    }
  /** The log goes on in this epoch, and has lost nothing that this client has seen. */
  | { readonly type: 'continued'; readonly epoch: string }
  /** The log may be another one: until a join is answered, no confirmation of a message counts. */
  | { readonly type: 'distrust' }
  /** The place is lost: join again. */
  | { readonly type: 'rejoin' }
