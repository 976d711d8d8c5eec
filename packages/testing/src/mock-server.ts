import type { DefaultEventsMap, Server, ServerOptions, Socket } from 'socket.io'
import type { ConnectRefusal, PacketFilter } from './faults.ts'
import type { Emitted } from './emitted-events.ts'

/** The options of `createMockServer`. */
export interface MockServerOptions {
  /** The origin to which your app connects, such as `https://chat.example`. It need not exist. */
  readonly url: string
  /** The options of Socket.IO's `Server`, except `parser`. */
  readonly options?: Partial<ServerOptions>
  /**
   * `flask` answers as Flask-SocketIO does: a handler's return value is the ack; acks that are ready together arrive in any
   * order; events that a connection handler emits before its first `await` arrive before the connection; an error in a
   * handler is logged and the event gets no ack; no state is recovered. @default as in Node
   */
  readonly profile?: 'flask'
  /** The seed of everything random: the same seed gives the same order. @default 1 */
  readonly seed?: number
}

/** A real Socket.IO server in this process, with faults between it and its clients. */
export interface MockServer<
  Listen extends object = DefaultEventsMap,
  Emit extends object = DefaultEventsMap,
  ServerSide extends object = DefaultEventsMap,
  // oxlint-disable-next-line typescript/no-explicit-any -- as Socket.IO's own default
  Data = any,
> {
  /** Socket.IO's own server: attach your handlers or `createRooms(io)` as usual. */
  readonly io: Server<Listen, Emit, ServerSide, Data>
  readonly url: string
  /** The last 1,000 events that clients emitted, oldest first, including those that a fault dropped. */
  readonly emitted: readonly Emitted[]
  /** Empties `emitted`, for tests that share a server. */
  clearEmitted(): void

  /**
   * Starts to accept connections. In Node and jsdom the mock takes over the connections that this process opens to `url` from
   * then on, by `net.connect`, `tls.connect` and the agents of `http` and `https`. In a browser it starts a worker of msw.
   * Rejects with `INVALID_ARGUMENT` if another mock server has the address, and after `close()`.
   */
  listen(): Promise<void>
  /** Ends all connections and the server for good, and restores the functions that open connections. */
  close(): Promise<void>

  /**
   * Breaks all connections on both sides; new ones fail until `online()`. In a page `navigator.onLine` is false and `window`
   * gets the `offline` event.
   */
  offline(): void
  /** Ends `offline()`. In a page `window` gets the `online` event. */
  online(): void
  /**
   * Delays each packet by `ms` milliseconds, 0 to 60,000, in each direction and in order; heartbeats are not delayed. 0 ends
   * the delay and delivers the delayed packets at once.
   */
  delay(ms: number): void
  /** Discards the next packet that matches. @default the next event, in either direction */
  dropNext(filter?: PacketFilter): void
  /** Delivers the next packet that matches twice. @default the next event, in either direction */
  duplicateNext(filter?: PacketFilter): void
  /** Shuffles the next packets that match, of one client and in one direction. */
  reorder(options?: ReorderOptions): void
  /** Disconnects clients as `socket.disconnect(true)` does: those whose socket matches. @default all */
  kick(filter?: (socket: Socket<Listen, Emit, ServerSide, Data>) => boolean): void
  /** Refuses every new connection with this error until `pass()`, as `next(error)` in a middleware does. */
  refuse(refusal: ConnectRefusal): void
  /**
   * Expires the credentials in `auth` of all connected clients until `pass()`: their connections are cut, and new connections
   * with the same credentials are refused with `{ code: 'TOKEN_EXPIRED' }`. Clients without credentials stay connected.
   */
  expireToken(): void
  /**
   * Restarts the server: every connection is cut, and Socket.IO loses its rooms, its sockets and the state that it could
   * recover. Your handlers stay, and so does their own state. Resolves when the server accepts connections again.
   */
  restart(): Promise<void>
  /**
   * Ends all faults: `offline`, `delay`, `refuse`, `expireToken`, and any `dropNext`, `duplicateNext` or `reorder` that is not
   * finished. Delayed packets arrive at once.
   */
  pass(): void
}

/** The options of `reorder`. */
export interface ReorderOptions {
  /** The number of packets, 2 to 100. @default 2 */
  readonly count?: number
  /** @default events, in either direction */
  readonly filter?: PacketFilter
  /** If fewer than `count` packets come within this time, in milliseconds, those that came are delivered. @default 1000 */
  readonly withinMs?: number
}
