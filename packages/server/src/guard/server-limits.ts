/** Limits of the server itself. Clients are not told of them. */
export interface ServerLimits {
  /**
   * The most bytes that a connection may leave unread, besides its largest message. A connection that stays above it
   * for half a second is ended with `$bye` `RATE`; the client comes back and gets what it missed. Pages of `$join` and `$history` wait
   * while more than a quarter of it is unread. Default: 1,048,576; at least 4 times `pageBytes`.
   */
  readonly unsentBytes: number
  /** The same for all connections together, with the requests that wait; above it the connection with the most is closed. Default: 67,108,864. */
  readonly unsentTotalBytes: number
  /** The most packets of one connection in one payload, or in one turn of the event loop. Above it the connection is ended with `$bye` `RATE`. Default: 2,000. */
  readonly eventsAtOnce: number
  /** The most namespaces of one connection. Above it the connection is closed. Default: 8. */
  readonly namespaces: number
  /** The most calls of `authenticate` that run at a time. Above it a new connection gets `UNAVAILABLE`, and tries again. Default: 1,000. */
  readonly admissions: number
}

export const defaultServerLimits: ServerLimits = {
  unsentBytes: 1_048_576,
  unsentTotalBytes: 67_108_864,
  eventsAtOnce: 2_000,
  namespaces: 8,
  admissions: 1_000,
}
