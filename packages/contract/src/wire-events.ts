// The events of rooms in the protocol roomful/1: in pages, alone, and in packs. Frozen by wire.freeze.node.test.ts.

/** A user as all clients see it. */
export interface WireUser {
  readonly id: string
  readonly [key: string]: unknown
}

/**
 * A logged room event, as a page of history carries it; `data` is missing for an event without data. `id` is made by the
 * sender, and unique only together with `from`: two users may give their messages the same id. `redacted`: the server has
 * deleted the data for good.
 */
export interface Entry {
  readonly event: string
  readonly data: unknown
  readonly seq: number
  readonly id: string
  readonly from: WireUser | null
  readonly at: number
  readonly redacted?: true
}

/** The data of `$redact`, an entry of the log: the data of the entry `seq`, and of its amendments, is deleted. */
export interface Redact {
  readonly seq: number
}

/** The last argument of a room event; a volatile one has no `epoch`, `seq` and `id`. */
export interface WireMeta {
  readonly $room: string
  readonly epoch?: string
  readonly seq?: number
  readonly id?: string
  readonly from: WireUser | null
  readonly at: number
  readonly redacted?: true
}

/**
 * `$events`: events of one room, in their order, for a client that joined with `packs`. All logged events are of one epoch,
 * and the volatile ones of none. `from` is the sender of each event that has no `from` of its own.
 */
export interface Pack {
  readonly room: string
  readonly epoch: string
  readonly from?: WireUser | null
  readonly events: readonly PackedEvent[]
}
/** An event of a pack; a volatile one has no `seq` and `id`. Without a `from`, also in the pack, it is the server's own. */
export interface PackedEvent {
  readonly event: string
  readonly data: unknown
  readonly seq?: number
  readonly id?: string
  readonly from?: WireUser | null
  readonly at: number
  readonly redacted?: true
}
