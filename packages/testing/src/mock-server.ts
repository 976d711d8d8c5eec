import type { DefaultEventsMap, Server, ServerOptions, Socket } from 'socket.io'
import type { ConnectRefusal, PacketFilter } from './faults.ts'
import type { Emitted } from './records.ts'

/** What `createMockServer` takes. */
export interface MockServerOptions {
  /** Where your app connects: an origin such as `https://chat.example`. It need not exist. */
  readonly url: string
  /** As for `new Server(options)`; `parser` cannot be changed. */
  readonly options?: Partial<ServerOptions>
  /**
   * `flask` answers as Flask-SocketIO does: what a handler returns is the ack, answers that are ready together come in any
   * order, what a connection handler emits before its first `await` comes before the connection, a handler that throws is
   * logged and not answered, and no state is recovered. @default Node's ways
   */
  readonly profile?: 'flask'
  /** For everything that happens by chance: the same seed, the same order. @default 1 */
  readonly seed?: number
}

/** A real Socket.IO server in this process, and what may go wrong on the way to it. */
export interface MockServer<
  Listen extends object = DefaultEventsMap,
  Emit extends object = DefaultEventsMap,
  ServerSide extends object = DefaultEventsMap,
  // oxlint-disable-next-line typescript/no-explicit-any -- as Socket.IO's own default
  Data = any,
> {
  /** Socket.IO's own: your handlers, and `createRooms(io)`, go here as they are. */
  readonly io: Server<Listen, Emit, ServerSide, Data>
  readonly url: string
  /** The events that clients emitted, oldest first, whatever became of them; 1,000 at most. */
  readonly emitted: readonly Emitted[]
  /** Empties `emitted`, so that the next test does not find what the last one sent. */
  clearEmitted(): void

  /**
   * Starts to take connections. In Node and jsdom those that this process opens to `url` from then on come here, by
   * `net.connect`, `tls.connect` and the agents of `http` and `https`; in a browser it starts a worker of msw. Rejects with
   * `INVALID_ARGUMENT` where another mock server has the address, and after `close()`.
   */
  listen(): Promise<void>
  /** Ends everything: the connections, the server, the interception. For good: a new server is made for the next test. */
  close(): Promise<void>

  /**
   * The line is dead: open connections are lost on both sides at once, new ones fail. A page hears of it by its `offline`
   * event, and `navigator.onLine` is false.
   */
  offline(): void
  /** The line works again; a page hears `online`. */
  online(): void
  /** Each packet takes this many milliseconds longer, each way, in order, 0 to 60,000; heartbeats do not. 0 ends it, and what was held back arrives at once. */
  delay(ms: number): void
  /** The next packet that fits never arrives. @default the next event, either way */
  dropNext(filter?: PacketFilter): void
  /** The next packet that fits arrives twice. @default the next event, either way */
  duplicateNext(filter?: PacketFilter): void
  /** The next packets that fit, of one client and one direction, arrive in another order. */
  reorder(options?: ReorderOptions): void
  /** Disconnects clients, as `socket.disconnect(true)` does; those who fit, or all. */
  kick(filter?: (socket: Socket<Listen, Emit, ServerSide, Data>) => boolean): void
  /** Whoever wants to connect is refused with this, as by `next(error)` in a middleware, until `pass()`. */
  refuse(refusal: ConnectRefusal): void
  /**
   * The credentials in `auth` of those who are connected are no longer valid: their connections are cut, and whoever comes
   * with the same again is refused with `{ code: 'TOKEN_EXPIRED' }`. Those who gave none there stay connected.
   */
  expireToken(): void
  /**
   * The server starts anew: every connection is cut, and Socket.IO forgets rooms, sockets and what it would recover. Your
   * handlers stay, and so does what they keep: to lose that too, forget it here. Resolves when the server is back.
   */
  restart(): Promise<void>
  /**
   * All is well again: ends `offline`, `delay`, `refuse` and `expireToken`, and what `…Next` and `reorder` still wait for.
   * What was held back arrives at once.
   */
  pass(): void
}

/** What `reorder` takes. */
export interface ReorderOptions {
  /** How many, 2 to 100. @default 2 */
  readonly count?: number
  /** @default events, either way */
  readonly filter?: PacketFilter
  /** When the rest does not come, those that did are let go after this long, in milliseconds. @default 1000 */
  readonly withinMs?: number
}
