import type { RoomfulError } from '@roomful/contract'
import type { RedisConnection, RedisReply, RedisScript } from '../redis-connection.ts'
import { prepareServer, warnOnce } from './inspect-server.ts'
import { Link } from './link.ts'
import type { CreateClient, RedisClient } from './redis-client.ts'
import { ReplicaWait } from './replica-wait.ts'
import { Subscriptions } from './subscriptions.ts'
import { messageOf, unavailable } from './unavailable.ts'

export interface ServerConnectionParts {
  readonly create: CreateClient
  readonly scripts: readonly RedisScript[]
  /** The server is a primary of a cluster: channels are sharded. */
  readonly isCluster: boolean
  /** Commits need the answer of a replica: they have a connection of their own, so that only they wait for it. */
  readonly isReplicated: boolean
  /** A slot is at another server. */
  readonly onMoved?: () => void
}

/** The connections to one server. */
export class ServerConnection implements RedisConnection {
  readonly isCluster: boolean
  readonly #parts: ServerConnectionParts
  readonly #commands: Link
  readonly #subscriber: Link
  readonly #writer: Link | undefined
  readonly #replicaWait: ReplicaWait | undefined
  readonly #subscriptions = new Subscriptions(() => this.#subscriberClient())
  readonly #onRestored = new Set<{ readonly listener: () => void }>()
  /** A connection is back, while another one may still be away. */
  #isRestoring = false
  #running: Promise<unknown> = Promise.resolve()
  #waiting: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined

  constructor(parts: ServerConnectionParts) {
    this.#parts = parts
    this.isCluster = parts.isCluster
    const prepare = (client: RedisClient): Promise<void> => prepareServer(client, parts)
    this.#commands = this.#link(prepare)
    this.#subscriber = this.#link((client) => this.#subscriptions.restore(client))
    if (!parts.isReplicated) return
    this.#writer = this.#link(prepare)
    this.#replicaWait = new ReplicaWait(this.#writer)
  }

  connect(): Promise<void> {
    const connected = new Promise<void>((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
    this.#running = Promise.all(this.#links.map((link) => link.run()))
    return connected
  }

  async check(): Promise<void> {
    const failure = this.#failure
    if (failure !== undefined) throw failure
  }

  get isConnected(): boolean {
    return this.#failure === undefined
  }

  run(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<RedisReply> {
    return this.#commands.send(evalSha(script, keys, args))
  }

  runReplicated(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<RedisReply> {
    return this.#replicaWait?.send(evalSha(script, keys, args)) ?? this.run(script, keys, args)
  }

  command(_key: string, name: string, ...args: readonly (string | number)[]): Promise<RedisReply> {
    return this.#commands.send([name, ...args.map(String)])
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<() => void> {
    try {
      return await this.#subscriptions.add(channel, listener)
    } catch (error) {
      if (messageOf(error).startsWith('MOVED')) this.#parts.onMoved?.()
      throw this.#subscriber.failure ?? unavailable(`cannot subscribe: ${messageOf(error)}`, error)
    }
  }

  onRestored(listener: () => void): () => void {
    const subscription = { listener }
    this.#onRestored.add(subscription)
    return () => void this.#onRestored.delete(subscription)
  }

  async close(): Promise<void> {
    for (const link of this.#links) link.close()
    await this.#running
  }

  get #links(): Link[] {
    return [this.#commands, this.#subscriber, ...(this.#writer === undefined ? [] : [this.#writer])]
  }

  get #failure(): RoomfulError | undefined {
    return this.#links.find(({ failure }) => failure !== undefined)?.failure
  }

  #link(prepare: (client: RedisClient) => Promise<void>): Link {
    const { create, isCluster, onMoved } = this.#parts
    return new Link({
      create: (listeners) => create({ isSharded: isCluster }, listeners),
      prepare,
      onReady: (session) => this.#onReady(session),
      onFailure: (failure) => this.#onFailure(failure),
      onMessage: (channel, message) => this.#subscriptions.onMessage(channel, message),
      onMoved: () => onMoved?.(),
    })
  }

  #onReady(session: number): void {
    this.#isRestoring ||= session > 1
    if (!this.isConnected) return
    this.#waiting?.resolve()
    this.#waiting = undefined
    if (!this.#isRestoring) return
    this.#isRestoring = false
    for (const { listener } of this.#onRestored) listener()
  }

  /** Only the first attempt warns: later failures are errors of the calls. */
  #onFailure(failure: RoomfulError): void {
    if (this.#waiting === undefined) return
    warnOnce(failure.message)
    this.#waiting.reject(failure)
    this.#waiting = undefined
  }

  #subscriberClient(): RedisClient {
    const { client, failure } = this.#subscriber
    if (client === undefined) throw failure ?? unavailable('there is no connection to Redis')
    return client
  }
}

function evalSha(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): string[] {
  return ['EVALSHA', script.sha, String(keys.length), ...keys, ...args.map(String)]
}
