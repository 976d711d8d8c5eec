import type { RedisReply } from '../redis-connection.ts'
import { ReasonedConnect } from './connecting.ts'
import { type ClientListeners, type ClientOptions, CONNECT_TIMEOUT_MS, type RedisClient } from './redis-client.ts'

/** What is used of a client of the package `ioredis`. */
export interface Ioredis {
  readonly options: { readonly host?: string; readonly port?: number }
  duplicate(overrides: object): Ioredis
  connect(): Promise<unknown>
  call(name: string, ...args: string[]): Promise<unknown>
  subscribe(channel: string): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  ssubscribe(channel: string): Promise<unknown>
  sunsubscribe(channel: string): Promise<unknown>
  on(event: string, listener: (...values: never[]) => void): unknown
  disconnect(): void
}

/** A new connection with the address and the credentials of the client. */
export function ioredisClient(client: Ioredis, { isSharded }: ClientOptions, on: ClientListeners): RedisClient {
  const own = client.duplicate({
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: 100,
    retryStrategy: null,
    reconnectOnError: null,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    enableAutoPipelining: false,
    // A command that was given up on may still be executed. The connection is ended instead.
    commandTimeout: undefined,
    socketTimeout: undefined,
    protocol: 2,
    replyMapping: 'legacy',
    stringNumbers: false,
    keyPrefix: '',
    readOnly: false,
    monitor: false,
  })
  const connecting = new ReasonedConnect(own, 'error')
  own.on('end', () => on.onEnd(connecting.reason ?? new Error('the connection was closed')))
  own.on('moved', on.onMoved)
  own.on(isSharded ? 'smessage' : 'message', (channel: string, message: string) => on.onMessage(channel, message))
  return {
    connect: () => connecting.connect(),
    send: ([name = '', ...args]) => own.call(name, ...args) as Promise<RedisReply>,
    subscribe: async (channel) => void (await (isSharded ? own.ssubscribe(channel) : own.subscribe(channel))),
    unsubscribe: async (channel) => void (await (isSharded ? own.sunsubscribe(channel) : own.unsubscribe(channel))),
    end: () => own.disconnect(),
  }
}
