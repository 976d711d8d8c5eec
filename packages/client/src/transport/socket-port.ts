import type { RoomfulError } from '@roomful/contract'
import type { StopReason } from '../connection/connection-state.ts'

/**
 * Options of socket.io-client. In development, any other one is `INVALID_ARGUMENT`: reconnection, time-outs, credentials and
 * retries are the client's own. In a browser, the options for Node have no effect.
 */
export interface SocketOptions {
  /** The path of the Socket.IO endpoint. @default "/socket.io/" */
  readonly path?: string
  /** Whether the path ends with a slash. Some proxies accept only paths without one. @default true */
  readonly addTrailingSlash?: boolean
  /** Names, or transport classes of engine.io-client. The first one connects, the others are upgrades. @default ["polling", "websocket", "webtransport"] */
  readonly transports?: readonly (string | object)[]
  /** Tries the next transport where the first one cannot connect. @default false */
  readonly tryAllTransports?: boolean
  /** Whether to change from polling to a better transport. @default true */
  readonly upgrade?: boolean
  /** Begins with a WebSocket if the last connection was one. @default false */
  readonly rememberUpgrade?: boolean
  /** Options of one transport: `{ polling: { extraHeaders } }`. */
  readonly transportOptions?: Readonly<Record<string, object>>
  /** Sends cookies to other origins. In Node: keeps the server's cookies. @default false */
  readonly withCredentials?: boolean
  /** Added to the query of the address. The server reads both in `socket.handshake.query`. */
  readonly query?: Readonly<Record<string, string>>
  /** Headers of the requests; in a browser, of polling only. */
  readonly extraHeaders?: Readonly<Record<string, string>>
  /** Sub-protocols of the WebSocket. */
  readonly protocols?: string | readonly string[]
  /** Adds a random value to the address of each request. @default true for polling, false for WebSockets */
  readonly timestampRequests?: boolean
  /** The name of that value. @default "t" */
  readonly timestampParam?: string
  /** How long one request of polling may take, in milliseconds; longer than the server's `pingInterval`. @default no limit */
  readonly requestTimeout?: number
  /** Sends binary data as text. @default false */
  readonly forceBase64?: boolean
  /** Closes the connection without an event when the page is left. @default false */
  readonly closeOnBeforeunload?: boolean
  /** Opens a connection of its own. Otherwise clients with the same origin and options share one. @default false */
  readonly forceNew?: boolean
  /** Another encoding of the packets, such as `socket.io-msgpack-parser`; the server needs the same. @default that of Socket.IO */
  readonly parser?: SocketParser
  /** Node: the `http.Agent` of the connections. @default false */
  readonly agent?: object | string | boolean
  /** Node: whether a process may end while the client is connected. @default false */
  readonly autoUnref?: boolean
  /** Node: compression of WebSocket messages. @default { threshold: 1024 } */
  readonly perMessageDeflate?: boolean | { readonly threshold: number }
  /** Node: the certificates of authorities that the client trusts. */
  readonly ca?: TlsData | readonly TlsData[]
  /** Node: the client's certificate. */
  readonly cert?: TlsData | readonly TlsData[]
  /** Node: the key of the client's certificate. */
  readonly key?: TlsData | readonly TlsData[]
  /** Node: the client's certificate and key in PFX. */
  readonly pfx?: TlsData
  /** Node: the passphrase of `key` or `pfx`. */
  readonly passphrase?: string
  /** Node: the ciphers that may be used. */
  readonly ciphers?: string
  /** Node: refuses a server whose certificate is not valid. @default true */
  readonly rejectUnauthorized?: boolean
}

/** The module or object that Socket.IO's own option `parser` takes. */
export interface SocketParser {
  readonly Encoder: new () => object
  readonly Decoder: new () => object
}

/** PEM as text, or the bytes of a file. */
export type TlsData = string | Uint8Array

/** A `Socket` of socket.io-client 4.5 or later. */
export interface ExistingSocket {
  readonly connected: boolean
  readonly active: boolean
  readonly recovered?: boolean
  readonly io: { readonly engine: object }
  connect(): unknown
  disconnect(): unknown
}

/** What the client needs of a Socket.IO socket; `socket-io-adapter.ts` implements it. */
export interface SocketPort {
  /** Why a server may seem not to answer: for the sentence of the error. */
  readonly hint?: string
  /** Makes one attempt to connect, which ends with `opened` or `failed`. There are never two sockets at once. */
  open(auth: Readonly<Record<string, unknown>>): void
  /** Ends the connection or the attempt; no handler is called for it. `isStuck`: the attempt took too long. */
  close(isStuck?: boolean): void
  /** For tools: ends the connection as a failure of the network does, so that the handlers are called. */
  cut(): void
  /** Ends a connection whose heartbeat is overdue; with `mayBeDead`, also sends a probe, and ends the connection if no answer comes. */
  checkAlive(mayBeDead: boolean): void
  /** Whether a packet that is given now goes out now. */
  isReady(): boolean
  /** Whether more than `packets` (64), or 16 MiB, are unsent in the transport, so that volatile ones should be dropped. */
  isCongested(packets?: number): boolean
  /** `onLost` is called if the connection ends while the event is in the transport; `mayBeSent` where it may have arrived. */
  emit(event: string, args: readonly unknown[], onLost?: (mayBeSent: boolean) => void): void
  /** A copy of an event's arguments, as they would arrive if they were sent now. Throws where they cannot be encoded. */
  readonly copy: (args: readonly unknown[]) => unknown[]
  /** The error of an answer that is larger than the server takes. Socket.IO could not send another answer then. */
  answerError?(values: readonly unknown[]): RoomfulError | undefined
  /** `settle` gets the values of the acknowledgement, or undefined where the connection ended first. Returns its undo. */
  emitWithAck(event: string, args: readonly unknown[], settle: (values: unknown[] | undefined) => void): () => void
}

export interface SocketHandlers {
  opened(id: string, recovered: boolean): void
  /** The attempt failed; `refused` where the server itself refused it. */
  failed(error: RoomfulError, refused: boolean): void
  /** The connection ended; `kicked` where the server ended it for good, `isDead` where `checkAlive` ended it. */
  closed(error: RoomfulError, kicked: boolean, isDead: boolean): void
  packet(event: string, args: unknown[]): void
  /** The app's own socket lost its connection, or failed to connect, and tries again by itself. */
  waiting(error: RoomfulError): void
  /** The app's own socket does not connect again by itself. The port is closed already. */
  stopped(reason: StopReason, error: RoomfulError): void
  /** The app has connected its socket again. */
  resumed(): void
}
