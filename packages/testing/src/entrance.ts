import type { FrameConnection, Wire } from './frame-connection.ts'

/** How frames that no network carries get into a mock server. */
export interface Entrance {
  /** `/socket.io`, or what the server's `path` option says. */
  readonly path: string
  readonly origin: URL
  /** False where a network would be dead. */
  readonly isOpen: () => boolean
  /** Whether Node's own connections lead here already. */
  readonly isOnNetwork: () => boolean
  readonly enter: (wire: Wire, url: URL) => FrameConnection
}

/** Of each mock server, for the entry points that let browsers in: no part of its public face. */
export const entrances: WeakMap<object, Entrance> = new WeakMap()
