import type { RoomfulError } from '@roomful/contract'
import type { PublishAnswer } from '@roomful/contract/protocol'
import type { EntryKey, StoredEntry } from '../storage/outbox-storage.ts'
import type { Message, Outcome } from './message.ts'

/** A joined room, as `$publish` needs it: the epoch of its log and the limits of the server. */
export interface Session {
  readonly epoch: string
  readonly batchItems: number
  readonly batchBytes: number
  readonly eventBytes: number
}

/** The messages of one `$publish`. */
export interface Batch {
  readonly room: string
  readonly epoch: string
  readonly messages: readonly Message[]
  /** The messages that no other batch has carried. */
  readonly firstSent: ReadonlySet<Message>
  /** False while the batch waits for the storage. */
  isSent: boolean
}

/**
 * The end of a transaction. `unused`: the storage holds none of its messages. `failed`: it may hold them as they were
 * before. `timeout`: it may hold them as before, or as the transaction stores them.
 */
export type StoreResult = 'stored' | 'unused' | 'failed' | 'timeout'

/** What happened. */
export type OutboxInput =
  | { readonly type: 'emit'; readonly message: Message }
  /** Messages of closed pages. They go before this page's messages until `ready`, and behind them later (C11). */
  | { readonly type: 'adopt'; readonly messages: readonly Message[] }
  /** All messages that closed pages left of this user are adopted. */
  | { readonly type: 'ready'; readonly user: string | null }
  /** The server has named the user; `windowMs` is how long it remembers the key of a message. */
  | { readonly type: 'user'; readonly user: string | null; readonly windowMs: number }
  /** The client stopped connecting. */
  | { readonly type: 'stopped'; readonly error: RoomfulError }
  /** The messages of these pages in these rooms (`blockName`) wait for those of earlier pages of the tab. */
  | { readonly type: 'blocked'; readonly names: ReadonlySet<string> }
  /** Another page has taken over the messages of this cid. */
  | { readonly type: 'lost'; readonly cid: string }
  /** The answer to `store`. */
  | { readonly type: 'stored'; readonly result: StoreResult }
  /** The client is closed. */
  | { readonly type: 'end'; readonly error: RoomfulError }
  /** The app joins the room: its messages follow the answer (P8). */
  | { readonly type: 'joining'; readonly room: string }
  /** The room is joined. */
  | { readonly type: 'open'; readonly room: string; readonly session: Session }
  /** The room's log goes on in another epoch, and has lost nothing that was confirmed. */
  | { readonly type: 'continued'; readonly room: string; readonly epoch: string }
  /** The room's log may be another one: until the room is joined again, no answer counts (E8). */
  | { readonly type: 'distrust'; readonly room: string }
  /** The connection ended; `isOwn`: this page ended it. */
  | { readonly type: 'close'; readonly room: string; readonly isOwn: boolean }
  /** The app left the room. */
  | { readonly type: 'left'; readonly room: string }
  /** The server refused the room permanently, or put the client out of it. */
  | { readonly type: 'refused'; readonly room: string; readonly error: RoomfulError }
  | { readonly type: 'answer'; readonly batch: Batch; readonly answer: PublishAnswer }
  /** The connection lives, but no readable answer came in time. */
  | { readonly type: 'no-answer'; readonly batch: Batch }
  /** The end of a `wait`. */
  | { readonly type: 'woken'; readonly room: string }
  /** Ends messages of the current user: all, or one in a room. */
  | { readonly type: 'discard'; readonly room?: string; readonly id?: string; readonly error: RoomfulError }

/** What is to be done, in this order. */
export type OutboxOutput =
  /** The message waits: it is new, or it was sent and has to be sent again. */
  | { readonly type: 'queued'; readonly message: Message }
  | { readonly type: 'settled'; readonly message: Message; readonly outcome: Outcome }
  /** One transaction of the storage, answered by `stored`. */
  | { readonly type: 'store'; readonly put: readonly StoredEntry[]; readonly remove: readonly EntryKey[] }
  /** Answered by `answer`, `no-answer` or `close`. */
  | { readonly type: 'send'; readonly batch: Batch }
  /** Ended by `woken`, or by `close`; `rejoin`: the room has to be joined again. */
  | { readonly type: 'wait'; readonly room: string; readonly ms: number; readonly rejoin: boolean }

export type RoomQueueOutput = Extract<OutboxOutput, { readonly type: 'queued' | 'settled' | 'wait' }>
