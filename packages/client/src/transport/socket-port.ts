import type { RoomfulError } from '@roomful/contract'

/** What is handed through to socket.io-client. What the SDK owns (reconnection, buffers, retries) is not in here. */
export interface SocketOptions {
  /** The path of the Socket.IO endpoint. @default "/socket.io/" */
  readonly path?: string
  /** By name, or transport classes of socket.io-client. @default ["polling", "websocket", "webtransport"] */
  readonly transports?: readonly (string | object)[]
  readonly withCredentials?: boolean
  readonly query?: Readonly<Record<string, string>>
  readonly extraHeaders?: Readonly<Record<string, string>>
  /** Opens a connection of its own; else clients of one origin share one, as Socket.IO does. @default false */
  readonly forceNew?: boolean
}

/** Why an acknowledgement will not come. */
type NoAck = 'timeout' | 'disconnected'

/** The few things that we need of a Socket.IO socket; `socket-io-adapter.ts` is the only implementation. */
export interface SocketPort {
  /** Makes one attempt to connect, ended by `opened` or `failed`; never two sockets at once. */
  open(auth: Readonly<Record<string, unknown>>): void
  /** Ends the connection or the attempt; the handlers hear nothing of it. `isStuck`: the attempt took too long. */
  close(isStuck?: boolean): void
  /** Whether a packet given now goes out now. */
  isReady(): boolean
  /** Whether so much is waiting in the transport that what may be dropped should be. */
  isCongested(): boolean
  emit(event: string, args: readonly unknown[]): void
  emitWithAck(
    event: string,
    args: readonly unknown[],
    timeoutMs: number,
    settle: (failure: NoAck | undefined, values: unknown[]) => void,
  ): void
}

export interface SocketHandlers {
  opened(id: string, recovered: boolean): void
  /** The attempt ended; `refused` where the server itself said no. */
  failed(error: RoomfulError, refused: boolean): void
  /** The connection ended; `kicked` where the server ended it for good. */
  closed(error: RoomfulError, kicked: boolean): void
  packet(event: string, args: unknown[]): void
}
