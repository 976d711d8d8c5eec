import type { RoomfulError } from '@roomful/contract'

/** Options of socket.io-client. Reconnection, buffers and retries are the client's own, and not among them. */
export interface SocketOptions {
  /** The path of the Socket.IO endpoint. @default "/socket.io/" */
  readonly path?: string
  /** Names, or transport classes of socket.io-client. @default ["polling", "websocket", "webtransport"] */
  readonly transports?: readonly (string | object)[]
  readonly withCredentials?: boolean
  readonly query?: Readonly<Record<string, string>>
  readonly extraHeaders?: Readonly<Record<string, string>>
  /** Opens a connection of its own. Otherwise clients of one origin share one, as in Socket.IO. @default false */
  readonly forceNew?: boolean
  /** Another encoding of the packets, such as `socket.io-msgpack-parser`; the server needs the same. @default that of Socket.IO */
  readonly parser?: SocketParser
}

/** The module or object that Socket.IO's own option `parser` takes. */
export interface SocketParser {
  readonly Encoder: new () => object
  readonly Decoder: new () => object
}

/** What the client needs of a Socket.IO socket; `socket-io-adapter.ts` implements it. */
export interface SocketPort {
  /** Makes one attempt to connect, which ends with `opened` or `failed`. There are never two sockets at once. */
  open(auth: Readonly<Record<string, unknown>>): void
  /** Ends the connection or the attempt; no handler is called for it. `isStuck`: the attempt took too long. */
  close(isStuck?: boolean): void
  /** Whether a packet that is given now goes out now. */
  isReady(): boolean
  /** Whether so much is unsent in the transport that volatile packets should be dropped. */
  isCongested(): boolean
  emit(event: string, args: readonly unknown[]): void
  /** A copy of an event's arguments, as they would arrive if they were sent now. Throws where they cannot be encoded. */
  readonly copy: (args: readonly unknown[]) => unknown[]
  /** `settle` gets the values of the acknowledgement, or undefined where the connection ended first. Returns its undo. */
  emitWithAck(event: string, args: readonly unknown[], settle: (values: unknown[] | undefined) => void): () => void
}

export interface SocketHandlers {
  opened(id: string, recovered: boolean): void
  /** The attempt failed; `refused` where the server itself refused it. */
  failed(error: RoomfulError, refused: boolean): void
  /** The connection ended; `kicked` where the server ended it for good. */
  closed(error: RoomfulError, kicked: boolean): void
  packet(event: string, args: unknown[]): void
}
