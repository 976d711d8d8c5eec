import type { PublishAnswer, RoomfulError } from '@roomful/contract'
import type { Report } from '../guarded-store.ts'
import type { Message, Outcome, Settled } from './message.ts'
import type { Flight, RoomQueue, Session } from './room-queue.ts'

/** All rooms' messages that the server has not confirmed. SPEC.md, rules OB. */
export interface OutboxState {
  /** Who we are, and who says so: the app, as long as the server has not; or nobody any more. */
  readonly user: string | null | undefined
  readonly standing: 'assumed' | 'told' | 'past'
  /** What an earlier page left is taken over: ours may go behind it. */
  readonly isReady: boolean
  readonly rooms: ReadonlyMap<string, RoomQueue>
  /** How long the server remembers a key, less a margin. */
  readonly windowMs: number
  /** The most of a user's that may wait: messages, and their bytes. */
  readonly limit: Size
  readonly flights: number
  /** What the storage has yet to hear of, by key. */
  readonly unstored: Changes
  /** To be told when their removal is stored. */
  readonly untold: readonly Settled[]
  /** What the storage is busy with; the batches that were made with it go when it is done. */
  readonly storing: { readonly untold: readonly Settled[] } | undefined
}

interface Size {
  readonly messages: number
  readonly bytes: number
}

/** By key: as it is now, or that it is gone. */
export type Changes = ReadonlyMap<string, { readonly message: Message; readonly isGone: boolean }>

export type OutboxInput =
  | { readonly type: 'emit'; readonly message: Message }
  /** Of pages that are gone: before ours at the start, behind them later (C11). */
  | { readonly type: 'adopted'; readonly messages: readonly Message[]; readonly inFront: boolean }
  | { readonly type: 'ready' }
  | { readonly type: 'welcome'; readonly user: string | null; readonly windowMs: number }
  /** The server is a plain one; `cid` is this page's. */
  | { readonly type: 'plain'; readonly cid: string }
  /** Nobody seeks a connection any more; the next one may be another user's. */
  | { readonly type: 'stopped'; readonly error: RoomfulError }
  | { readonly type: 'open'; readonly room: string; readonly session: Session }
  /** `isOurs`: we ended the connection ourselves. */
  | { readonly type: 'close'; readonly room: string; readonly isOurs: boolean }
  | { readonly type: 'wake'; readonly room: string }
  /** We may not be in the room. */
  | { readonly type: 'refused'; readonly room: string; readonly error: RoomfulError }
  | { readonly type: 'answer'; readonly room: string; readonly flight: Flight; readonly answer: PublishAnswer }
  | { readonly type: 'unanswered'; readonly room: string; readonly flight: Flight }
  | {
      readonly type: 'written'
      readonly room: string
      readonly flight: Flight
      readonly errors: readonly (RoomfulError | undefined)[]
    }
  | { readonly type: 'stored'; readonly isStored: boolean }
  /** Another page has taken this page's messages over. */
  | { readonly type: 'lost'; readonly cid: string }
  | { readonly type: 'discard'; readonly message: Message }

export type OutboxOutput =
  /** One transaction; `stored` is its end, and says whether it worked. */
  | { readonly type: 'store'; readonly changes: Changes }
  | { readonly type: 'send'; readonly room: string; readonly flight: Flight }
  | { readonly type: 'tell'; readonly message: Message; readonly outcome: Outcome }
  | { readonly type: 'wait'; readonly room: string; readonly ms: number; readonly rejoin: boolean }

export interface OutboxStep {
  readonly state: OutboxState
  readonly outputs: readonly OutboxOutput[]
}

/** What the outbox asks of the client. */
export interface OutboxHooks {
  /** Hands a batch to the server; a plain one gives no answer, only what could not be written. */
  send(room: string, flight: Flight): Promise<PublishAnswer> | readonly (RoomfulError | undefined)[]
  rejoin(room: string): void
  /** Messages of ours wait in the room, whether the app is in it or not; or none do any more. */
  needed(room: string): void
  idle(room: string): void
  /** Where messages wait has changed. */
  placed(): void
  storageFailed(error: unknown): void
  dropped(room: string, event: string, error: RoomfulError): void
  readonly report: Report
}

export function newOutbox(user: string | null | undefined, limit: Size): OutboxState {
  return {
    user,
    standing: 'assumed',
    isReady: false,
    rooms: new Map(),
    windowMs: 0,
    limit,
    flights: 0,
    unstored: new Map(),
    untold: [],
    storing: undefined,
  }
}
