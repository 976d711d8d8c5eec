// The protocol roomful/1, described in docs/protocol.md: ordinary Socket.IO events and acks, in JSON. Frozen by wire.freeze.node.test.ts.
import type { Entry, WireUser } from './wire-events.ts'
import type { MembersSnapshot } from './wire-members.ts'

export type * from './wire-events.ts'
export type * from './wire-members.ts'

/** The protocol's version, sent in `$hello`. */
export const PROTOCOL_VERSION = 1

/** The protocol's event names: all begin with `$`, which no event of a contract may. */
export const wire = {
  hello: '$hello',
  join: '$join',
  leave: '$leave',
  publish: '$publish',
  history: '$history',
  volatile: '$volatile',
  events: '$events',
  members: '$members',
  head: '$head',
  auth: '$auth',
  presence: '$presence',
  typing: '$typing',
  bye: '$bye',
  out: '$out',
  redact: '$redact',
} as const

/** The room of the user's own messages, by the name that it has on each user's connections. */
export const INBOX = '$inbox'

/** Codes that refuse one item for good. */
export const finalCodes = ['FORBIDDEN', 'SHAPE', 'TOO_LARGE', 'CONFLICT', 'STALE', 'INTERNAL'] as const
/** Codes of refusals that pass: nothing was recorded, and the same request may succeed later. */
export const passingCodes = ['RATE', 'UNAVAILABLE', 'LIMIT', 'CLOSING', 'MORE', 'EPOCH', 'NOT_MEMBER'] as const
/** A code of a refusal for good. */
export type FinalCode = (typeof finalCodes)[number]
/** A code of a refusal that passes. */
export type PassingCode = (typeof passingCodes)[number]

/** Whether a code is of a refusal that passes: the same request may succeed later. */
export function isPassingCode(code: string): code is PassingCode {
  return (passingCodes as readonly string[]).includes(code)
}

/** Whether `value` is the id of a client's message: 16 base64url characters, which are 96 random bits. */
export function isMessageId(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{16}$/.test(value)
}

/** The limits of a server that sets none. Bytes are of UTF-8 JSON. */
export const defaultLimits: Limits = {
  eventBytes: 65_536,
  batchItems: 64,
  batchBytes: 98_304,
  page: 200,
  pageBytes: 262_144,
  rooms: 64,
  members: 200,
  presenceBytes: 4_096,
  dedupMs: 86_400_000,
}

/**
 * Where a confirmed message is stored. `memory`: in the server's process, which it ends with. `disk`: on the server's disk, so
 * that it survives the process. `async`: in a database whose replicas may lag behind, so that a failover can lose it. `replica`:
 * also on a replica, so that it survives a failover.
 */
export const durabilities = ['memory', 'disk', 'async', 'replica'] as const
export type Durability = (typeof durabilities)[number]

/** The size of a join's `params`, as UTF-8 JSON; the same on every server. */
export const MAX_PARAMS_BYTES = 4_096

/** A server decides within this time about the rooms of one `$join`, in milliseconds, and refuses the undecided ones with `MORE`. */
export const MAX_JOINS_MS = 3_000

/** The limits of a server: items, entries and rooms by count, `…Bytes` of UTF-8 JSON, times in milliseconds. */
export interface Limits {
  readonly eventBytes: number
  readonly batchItems: number
  readonly batchBytes: number
  readonly page: number
  readonly pageBytes: number
  readonly rooms: number
  /** The most members of a room that are listed; a room with more is partial. */
  readonly members: number
  readonly presenceBytes: number
  readonly dedupMs: number
}

/** `$hello`: the server's first message, sent in the tick in which it accepts a client. */
export interface Hello {
  readonly v: number
  readonly capabilities: readonly string[]
  readonly limits: Limits
  /** The user of the connection; null where the server does not authenticate. */
  readonly user: WireUser | null
  /** The server's clock, in milliseconds. */
  readonly now: number
  /** When the credentials of the connection end, by the same clock. */
  readonly expiresAt?: number
  /** Where a confirmed message is stored; absent where the log does not say. */
  readonly durability?: Durability
}

/**
 * `$bye`: the server is about to end the connection, and why. After a passing code, and after `UNAUTHORIZED`, the client may
 * come back: after `after` milliseconds, at `CLOSING` after a random part of them, at `UNAUTHORIZED` with other credentials.
 * Any other code is final.
 */
export interface Bye {
  readonly code: string
  readonly after?: number
  readonly message?: string
}

/** The answer to a refused request. `after` is in milliseconds. */
export interface Refused {
  readonly ok: false
  readonly code: string
  readonly message?: string
  readonly after?: number
}

/**
 * `$join`: `since` is the place that the client's view has reached, `presence` its presence, as in `$presence`.
 * `params` are for `authorize.join`: at most `MAX_PARAMS_BYTES`, sent again at each re-join. `last` asks for the newest
 * entries, 1 to `page` of them, unless `since` continues a view. `packs`: the client reads `$events`, and gets no single events.
 */
export interface JoinRequest {
  readonly room: string
  readonly since?: { readonly epoch: string; readonly seq: number }
  readonly presence?: unknown
  readonly params?: unknown
  readonly last?: number
  readonly packs?: true
}
/**
 * The position of the room's log, and the missed or newest entries; `first` is the oldest `seq` still held. With `continues`,
 * the log continues the view of `since`: all that it has seen up to this `seq` is in the log, and the entries follow it.
 * `amendments` are those of the entries that are no entries of the page themselves, in the order of `seq`: the newest of each event,
 * user and key.
 */
export interface JoinAnswer {
  readonly ok: true
  readonly epoch: string
  readonly head: number
  readonly first: number
  readonly entries: readonly Entry[]
  readonly amendments?: readonly Entry[]
  readonly continues?: number
  readonly members?: MembersSnapshot
}

/**
 * `$join` of 1 to `rooms` rooms, where `$hello` lists `joins`; no room twice. The entries of all answers together are within
 * `pageBytes`: an answer may have fewer than it could alone.
 */
export interface JoinsRequest {
  readonly rooms: readonly JoinRequest[]
}
/** The answers by the index of the rooms; each is what the room's own `$join` would get. */
export interface JoinsAnswer {
  readonly ok: true
  readonly answers: readonly (JoinAnswer | Refused)[]
}

/** `$auth`: other credentials of the same user, as in the handshake's `auth`. */
export interface AuthRequest {
  readonly auth: Readonly<Record<string, unknown>>
}
/** The answer to `$auth`: when the credentials end, and the user where others see it otherwise than before. */
export interface AuthAnswer {
  readonly ok: true
  /** The server's clock, in milliseconds. */
  readonly now: number
  readonly expiresAt?: number
  readonly user?: WireUser
}

/** `$leave`: after the answer no more events of the room are sent. */
export interface LeaveRequest {
  readonly room: string
}
/** The answer to `$leave`; leaving a room without being a member is no error. */
export interface LeaveAnswer {
  readonly ok: true
}

/** `$out`: the server has put this connection out of the room; `code` is not one of a refusal that passes. */
export interface Out {
  readonly room: string
  readonly code: string
  readonly message?: string
}

/**
 * `$publish`: 1 to `batchItems` items of one sender, `n` strictly rising; one batch at a time for each room. The other members
 * see an item's `id` (see `isMessageId`), and never the `cid`.
 */
export interface PublishRequest {
  readonly room: string
  readonly epoch: string
  readonly cid: string
  readonly items: readonly PublishItem[]
}
/**
 * One message of a `$publish`. `n`, `id`, event and data are the same each time it is sent. `traceparent` is that of W3C Trace
 * Context, for the server's spans; it does not belong to the message (S5).
 */
export interface PublishItem {
  readonly n: number
  readonly id: string
  readonly event: string
  readonly data: unknown
  readonly traceparent?: string
}
/** The result of one item: its place in the log, or why it was refused for good. */
export type ItemResult =
  | { readonly seq: number; readonly at: number }
  | { readonly code: string; readonly message?: string }
/** The answer to `$publish`; `ok` is false exactly when there is a `code`. */
export interface PublishAnswer {
  readonly ok: boolean
  readonly epoch: string
  /** Results by the index of the items. Fewer than the items only with a `code`: the rest was not handled. */
  readonly results: readonly ItemResult[]
  readonly code?: string
  readonly message?: string
  readonly after?: number
}

/** `$history`: asks for a page after a `seq`, or before one. */
export type HistoryRequest = { readonly room: string; readonly epoch: string; readonly limit: number } & (
  | { readonly after: number }
  | { readonly before: number }
)
/** Consecutive entries with their amendments, and the position of the room's log. */
export interface HistoryAnswer {
  readonly ok: true
  readonly epoch: string
  readonly head: number
  readonly first: number
  readonly entries: readonly Entry[]
  readonly amendments?: readonly Entry[]
}

/** `$volatile`: sends a volatile room event to the server, without key and ack. */
export interface VolatileMessage {
  readonly room: string
  readonly event: string
  readonly data: unknown
}

/**
 * `$head`: the log has at least this entry; for clients that may have missed the last event. After a change of the epoch,
 * `previous` is the epoch before, and the last of its entries that the log still has.
 */
export interface Head {
  readonly room: string
  readonly epoch: string
  readonly seq: number
  readonly previous?: { readonly epoch: string; readonly head: number }
}

/** A refusal in the ack of an app's own event. */
export interface RefusedAck {
  readonly $error: { readonly code: string; readonly message?: string; readonly data?: unknown }
}
