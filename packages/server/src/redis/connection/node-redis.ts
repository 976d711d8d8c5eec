import type { RedisReply } from '../redis-connection.ts'
import { type ClientListeners, type ClientOptions, CONNECT_TIMEOUT_MS, type RedisClient } from './redis-client.ts'

/** What is used of a client of the package `redis`. */
export interface NodeRedis {
  readonly options: { readonly socket?: object }
  duplicate(overrides: object): NodeRedis
  connect(): Promise<unknown>
  sendCommand(args: readonly string[]): Promise<unknown>
  subscribe(channel: string, listener: NodeRedisListener): Promise<void>
  unsubscribe(channel: string): Promise<void>
  sSubscribe(channel: string, listener: NodeRedisListener): Promise<void>
  sUnsubscribe(channel: string): Promise<void>
  on(event: string, listener: (value: unknown) => void): unknown
  destroy(): void
}

type NodeRedisListener = (message: string, channel: string) => void

/** A new connection with the address and the credentials of the client. */
export function nodeRedisClient(client: NodeRedis, { isSharded }: ClientOptions, on: ClientListeners): RedisClient {
  const own = client.duplicate({
    socket: { ...client.options.socket, reconnectStrategy: false, connectTimeout: CONNECT_TIMEOUT_MS },
    RESP: 2,
    disableOfflineQueue: true,
    readonly: false,
    // A command that was given up on may still be executed. The connection is ended instead.
    commandOptions: { timeout: undefined, typeMapping: undefined },
    commandsQueueMaxLength: undefined,
    keyPrefix: undefined,
    pingInterval: undefined,
    // These need RESP 3.
    clientSideCache: undefined,
    emitInvalidate: undefined,
    maintNotifications: 'disabled',
  })
  own.on('error', on.onEnd)
  own.on('sharded-channel-moved', on.onMoved)
  const onMessage = (message: string, channel: string): void => on.onMessage(channel, message)
  return {
    connect: async () => void (await own.connect()),
    send: (args) => own.sendCommand(args) as Promise<RedisReply>,
    subscribe: (channel) => (isSharded ? own.sSubscribe(channel, onMessage) : own.subscribe(channel, onMessage)),
    unsubscribe: (channel) => (isSharded ? own.sUnsubscribe(channel) : own.unsubscribe(channel)),
    end: () => own.destroy(),
  }
}
