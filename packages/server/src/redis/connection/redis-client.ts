import type { RedisReply } from '../redis-connection.ts'

/** One connection to one server, by one of the packages. It does not reconnect: another one is made instead. */
export interface RedisClient {
  /** Called once. Rejects with the reason why there is no connection. */
  connect(): Promise<void>
  /** Sends at once, in the order of the calls. */
  send(args: readonly string[]): Promise<RedisReply>
  subscribe(channel: string): Promise<void>
  unsubscribe(channel: string): Promise<void>
  /** Ends the connection at once, without waiting for answers. */
  end(): void
}

export interface ClientListeners {
  readonly onMessage: (channel: string, message: string) => void
  /** A subscription was ended by the server: the slot of its channel is at another one. */
  readonly onMoved: () => void
  /** The connection is over, or was never made. */
  readonly onEnd: (reason: unknown) => void
}

export interface ClientOptions {
  /** Channels are sharded (SSUBSCRIBE). */
  readonly isSharded: boolean
}

/** Makes a client that is not connected yet. */
export type CreateClient = (options: ClientOptions, listeners: ClientListeners) => RedisClient | Promise<RedisClient>

export const CONNECT_TIMEOUT_MS = 5_000
