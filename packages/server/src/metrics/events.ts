/** What happens in a server, one event at a time. `user` is the user's id, or null for a guest and for a client without a user. */
export type RoomsEvent =
  /** A client is connected, and has got its `$hello`. */
  | { readonly type: 'connect'; readonly user: string | null }
  /** Its connection has ended; `reason` is Socket.IO's. */
  | { readonly type: 'disconnect'; readonly user: string | null; readonly reason: string; readonly durationMs: number }
  /** A connection has become a member of a room, or is one no longer. */
  | { readonly type: 'join' | 'leave'; readonly user: string | null; readonly room: string }
  /** A `$publish` was answered: what became of its items (see `RoomsMetrics`), and the code that ended the batch early. */
  | {
      readonly type: 'publish'
      readonly user: string | null
      readonly room: string
      readonly stored: number
      readonly repeated: number
      readonly refused: number
      readonly deferred: number
      readonly code?: string
      readonly durationMs: number
    }
  /** A connection (`request: 'connect'`) or a request such as `$join` was refused. */
  | { readonly type: 'refuse'; readonly user: string | null; readonly request: string; readonly code: string }
  /** `rooms.close()` has begun: the running requests are finished. `closed`: all is done. */
  | { readonly type: 'closing'; readonly connections: number }
  | { readonly type: 'closed'; readonly durationMs: number }

/** Called with each event. An error that it throws goes to `onError`. */
export type Inspect = (event: RoomsEvent) => void
