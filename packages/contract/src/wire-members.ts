// The members of rooms in the protocol roomful/1: who is there, presence and typing. Frozen by wire.freeze.node.test.ts.
import type { WireUser } from './wire-events.ts'

/** A member of a room. */
export interface WireMember {
  readonly user: WireUser
  readonly presence?: unknown
}

/** Who is in a room, at version `v`. A partial list has only the member that it is sent to. */
export interface MembersSnapshot {
  readonly v: number
  /** How many members the room has. */
  readonly count: number
  readonly list: readonly WireMember[]
  readonly partial?: true
}

/**
 * `$members`: a change of the members; `v` is one more than before. `partial`: from now on only the number of members is
 * sent. `list`: the whole list, of a room that is partial no more. With the `v` of before, `set` has the new state of the
 * receiver's own member in a partial room.
 */
export interface MembersDelta {
  readonly room: string
  readonly v: number
  readonly count: number
  readonly set?: readonly WireMember[]
  readonly gone?: readonly string[]
  readonly list?: readonly WireMember[]
  readonly partial?: true
}

/** `$presence`: sets the connection's presence in a room; null removes it. */
export interface PresenceRequest {
  readonly room: string
  readonly presence: unknown
}
/** The answer to `$presence`. */
export interface PresenceAnswer {
  readonly ok: true
}

/** `$typing`, as a client sends it; no ack. */
export interface TypingRequest {
  readonly room: string
  readonly typing: boolean
}
/** `$typing`, as the server sends it to the other members. */
export interface Typing {
  readonly room: string
  readonly from: WireUser
  readonly typing: boolean
}
