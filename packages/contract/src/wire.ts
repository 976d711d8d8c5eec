// roomful/1, as docs/protocol.md has it: ordinary Socket.IO events and acks, JSON. Frozen by wire.freeze.node.test.ts.

/** The protocol's version, said in `$hello`. */
export const PROTOCOL_VERSION = 1

/** The protocol's event names: all begin with `$`, which no event of a contract may. */
export const wire = {
  hello: '$hello',
  join: '$join',
  leave: '$leave',
  publish: '$publish',
  history: '$history',
  volatile: '$volatile',
  members: '$members',
  head: '$head',
  auth: '$auth',
  presence: '$presence',
  typing: '$typing',
  bye: '$bye',
} as const

/** Refusals of one item, for good. */
export const finalCodes = ['FORBIDDEN', 'SHAPE', 'TOO_LARGE', 'CONFLICT', 'STALE', 'INTERNAL'] as const
/** Refusals that pass: nothing was recorded, try again. */
export const passingCodes = ['RATE', 'UNAVAILABLE', 'LIMIT', 'CLOSING', 'MORE', 'EPOCH', 'NOT_MEMBER'] as const
/** A code of a refusal for good. */
export type FinalCode = (typeof finalCodes)[number]
/** A code of a refusal that passes. */
export type PassingCode = (typeof passingCodes)[number]

/** Whether a code is of a refusal that passes: the same request may succeed later. */
export function isPassingCode(code: string): code is PassingCode {
  return (passingCodes as readonly string[]).includes(code)
}

/** What a server without limits of its own allows. Bytes are of UTF-8 JSON. */
export const defaultLimits: Limits = {
  eventBytes: 65_536,
  batchItems: 64,
  batchBytes: 98_304,
  page: 200,
  pageBytes: 262_144,
  rooms: 64,
  presenceBytes: 4_096,
  dedupMs: 86_400_000,
}

/** The size of a join's `params`, as UTF-8 JSON; the same on every server. */
export const MAX_PARAMS_BYTES = 4_096

/** What a server allows: items and entries by count, `…Bytes` of UTF-8 JSON, times in milliseconds. */
export interface Limits {
  readonly eventBytes: number
  readonly batchItems: number
  readonly batchBytes: number
  readonly page: number
  readonly pageBytes: number
  readonly rooms: number
  readonly presenceBytes: number
  readonly dedupMs: number
}

/** `$hello`: what the server says first, in the tick in which it accepts a client. */
export interface Hello {
  readonly v: number
  readonly capabilities: readonly string[]
  readonly limits: Limits
  /** Whoever `authenticate` said this is; null where the server asks nobody. */
  readonly user: WireUser | null
  /** The server's clock, in milliseconds. */
  readonly now: number
  readonly expiresAt?: number
}

/** A user as everybody sees it. */
export interface WireUser {
  readonly id: string
  readonly [key: string]: unknown
}

/** A logged room event, as a page of history carries it; `data` is missing where the event has none. */
export interface Entry {
  readonly event: string
  readonly data: unknown
  readonly seq: number
  readonly id: string
  readonly from: WireUser | null
  readonly at: number
}

/** The last argument of a room event; a volatile one has no `epoch`, `seq` and `id`. */
export interface WireMeta {
  readonly $room: string
  readonly epoch?: string
  readonly seq?: number
  readonly id?: string
  readonly from: WireUser | null
  readonly at: number
}

/** One of those in a room. */
export interface WireMember {
  readonly user: WireUser
  readonly presence?: unknown
}

/** What every refused request answers. `after` is in milliseconds. */
export interface Refused {
  readonly ok: false
  readonly code: string
  readonly message?: string
  readonly after?: number
}

/**
 * `$join`: `since` is the place that the client's view has reached, `presence` its state there, as in `$presence`.
 * `params` is for `authorize.join`: at most `MAX_PARAMS_BYTES`, given again at each re-join. `last` asks for the newest
 * entries, 1 to `page` of them, where `since` does not continue a view.
 */
export interface JoinRequest {
  readonly room: string
  readonly since?: { readonly epoch: string; readonly seq: number }
  readonly presence?: unknown
  readonly params?: unknown
  readonly last?: number
}
/** The room's log and, where `since` fits, what was missed; `first` is the oldest `seq` still held. */
export interface JoinAnswer {
  readonly ok: true
  readonly epoch: string
  readonly head: number
  readonly first: number
  readonly entries: readonly Entry[]
  readonly members?: { readonly v: number; readonly list: readonly WireMember[] }
}

/** `$leave`: answered when nothing more of the room will come. */
export interface LeaveRequest {
  readonly room: string
}
/** The answer to `$leave`; leaving a room that one is not in is no error. */
export interface LeaveAnswer {
  readonly ok: true
}

/** `$publish`: 1 to `batchItems` items of one sender, `n` strictly rising; one batch in flight a room. */
export interface PublishRequest {
  readonly room: string
  readonly epoch: string
  readonly cid: string
  readonly items: readonly { readonly n: number; readonly event: string; readonly data: unknown }[]
}
/** What became of one item: its place in the log, or why it was refused for good. */
export type ItemResult =
  | { readonly seq: number; readonly at: number }
  | { readonly code: string; readonly message?: string }
/** The answer to `$publish`; `ok` is false exactly where a `code` is given. */
export interface PublishAnswer {
  readonly ok: boolean
  readonly epoch: string
  /** Belongs to the items by index; shorter than them only where `code` says why the rest was not touched. */
  readonly results: readonly ItemResult[]
  readonly code?: string
  readonly message?: string
  readonly after?: number
}

/** `$history`: a page after a place, or before one. */
export type HistoryRequest = { readonly room: string; readonly epoch: string; readonly limit: number } & (
  | { readonly after: number }
  | { readonly before: number }
)
/** Consecutive entries, and the room's log as it is now. */
export interface HistoryAnswer {
  readonly ok: true
  readonly epoch: string
  readonly head: number
  readonly first: number
  readonly entries: readonly Entry[]
}

/** `$volatile`: a volatile room event on its way to the server; no key, no ack. */
export interface VolatileMessage {
  readonly room: string
  readonly event: string
  readonly data: unknown
}

/** `$head`: the log has at least this; for a client that may have missed the last event. */
export interface Head {
  readonly room: string
  readonly epoch: string
  readonly seq: number
}

/** `$members`: a change of who is here; `v` is one more than before. */
export interface MembersDelta {
  readonly room: string
  readonly v: number
  readonly set?: readonly WireMember[]
  readonly gone?: readonly string[]
}

/** `$presence`: what this connection says about itself in a room; null takes it back. */
export interface PresenceRequest {
  readonly room: string
  readonly presence: unknown
}
/** The answer to `$presence`. */
export interface PresenceAnswer {
  readonly ok: true
}

/** `$typing` on its way to the server; no ack. */
export interface TypingRequest {
  readonly room: string
  readonly typing: boolean
}
/** `$typing` on its way to the others in the room. */
export interface Typing {
  readonly room: string
  readonly from: WireUser
  readonly typing: boolean
}

/** How our server refuses in the ack of an app's own event, where an answer is just values. */
export interface RefusedAck {
  readonly $error: { readonly code: string; readonly message?: string; readonly data?: unknown }
}
