import type { RedisConnection, RedisReply, RedisScript } from '../redis-connection.ts'
import type { ClusterTopology } from './cluster-topology.ts'
import { connectTimeout } from './connecting.ts'
import { warnOnce } from './inspect-server.ts'
import { keySlot, SLOTS } from './key-slot.ts'
import { ServerConnection } from './server-connection.ts'
import { messageOf, unavailable } from './unavailable.ts'

interface ClusterConnectionParts {
  /** Makes an unconnected one. */
  readonly topology: () => ClusterTopology
  readonly scripts: readonly RedisScript[]
  readonly isReplicated: boolean
}

interface Subscription {
  readonly channel: string
  readonly listener: (message: string) => void
  /** The server that the channel is subscribed at; undefined while it moves. */
  server: ServerConnection | undefined
  unsubscribe: () => void
}

const UPDATE_EVERY_MS = 1_000
const RETRY_MS = 500
/** The slot is at another server now. */
const REDIRECTED = /\b(?:MOVED|ASK|CLUSTERDOWN)\b/

/** The connections to the primaries of a cluster. */
export class ClusterConnection implements RedisConnection {
  readonly isCluster = true
  readonly #parts: ClusterConnectionParts
  readonly #servers = new Map<string, ServerConnection>()
  readonly #subscriptions = new Set<Subscription>()
  readonly #onRestored = new Set<{ readonly listener: () => void }>()
  readonly #refreshing = new Set<number>()
  #topology: ClusterTopology | undefined
  #failure: Error = unavailable('there is no connection to the cluster yet')
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(parts: ClusterConnectionParts) {
    this.#parts = parts
  }

  async connect(): Promise<void> {
    try {
      await this.#discover()
    } catch (error) {
      warnOnce(messageOf(error))
      this.#later(() => this.connect())
      throw error
    }
    const first = [...this.#servers.values()].map((server) => server.connect())
    this.#later(() => this.#update())
    await Promise.all(first)
  }

  async check(): Promise<void> {
    if (this.#topology === undefined) throw this.#failure
    await Promise.all([...this.#servers.values()].map((server) => server.check()))
  }

  run(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<RedisReply> {
    return this.#on(keys[0], (server) => server.run(script, keys, args))
  }

  runReplicated(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<RedisReply> {
    return this.#on(keys[0], (server) => server.runReplicated(script, keys, args))
  }

  command(key: string, name: string, ...args: readonly (string | number)[]): Promise<RedisReply> {
    return this.#on(key, (server) => server.command(key, name, ...args))
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<() => void> {
    const server = this.#serverOf(channel)
    const unsubscribe = await this.#on(channel, () => server.subscribe(channel, listener))
    const subscription: Subscription = { channel, listener, server, unsubscribe }
    this.#subscriptions.add(subscription)
    return () => {
      if (this.#subscriptions.delete(subscription)) subscription.unsubscribe()
    }
  }

  onRestored(listener: () => void): () => void {
    const subscription = { listener }
    this.#onRestored.add(subscription)
    return () => void this.#onRestored.delete(subscription)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#topology?.close()
    await Promise.all([...this.#servers.values()].map((server) => server.close()))
  }

  async #discover(): Promise<void> {
    const topology = this.#parts.topology()
    try {
      await Promise.race([topology.connect(), connectTimeout('no answer')])
      if (this.#isClosed) throw unavailable('the log is closed')
      this.#topology = topology
      for (const address of this.#addresses()) this.#add(address)
    } catch (error) {
      topology.close()
      this.#failure = unavailable(`there is no connection to the cluster: ${reasonOf(error)}`, error)
      throw this.#failure
    }
  }

  #later(task: () => Promise<void>): void {
    if (this.#isClosed) return
    const delayMs = this.#topology === undefined ? RETRY_MS : UPDATE_EVERY_MS
    this.#timer = setTimeout(() => void task().catch(() => {}), delayMs)
  }

  /** Follows the cluster: servers come and go, and slots move between them. */
  async #update(): Promise<void> {
    const addresses = this.#addresses()
    for (const address of addresses)
      if (!this.#servers.has(address))
        this.#add(address)
          .connect()
          .catch(() => {})
    for (const [address, server] of this.#servers) {
      if (addresses.has(address) || addresses.size === 0) continue
      this.#servers.delete(address)
      void server.close()
    }
    await this.#moveSubscriptions()
    this.#later(() => this.#update())
  }

  async #moveSubscriptions(): Promise<void> {
    const moves = [...this.#subscriptions].map(async (subscription) => {
      const server = this.#find(subscription.channel)
      if (server === undefined || server === subscription.server || !server.isConnected) return false
      subscription.server = server
      subscription.unsubscribe()
      subscription.unsubscribe = () => {}
      try {
        const unsubscribe = await server.subscribe(subscription.channel, subscription.listener)
        if (this.#subscriptions.has(subscription)) subscription.unsubscribe = unsubscribe
        else unsubscribe()
        return true
      } catch {
        subscription.server = undefined
        return false
      }
    })
    if ((await Promise.all(moves)).includes(true)) this.#restored()
  }

  #addresses(): Set<string> {
    const addresses = new Set<string>()
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const address = this.#topology?.primaryOf(slot)
      if (address !== undefined) addresses.add(address)
    }
    return addresses
  }

  #add(address: string): ServerConnection {
    const server = new ServerConnection({
      create: (options, listeners) => {
        if (this.#topology === undefined) throw this.#failure
        return this.#topology.clientsOf(address)(options, listeners)
      },
      scripts: this.#parts.scripts,
      isReplicated: this.#parts.isReplicated,
      isCluster: true,
      onMoved: () => this.#refreshSubscriptions(server),
    })
    server.onRestored(() => this.#restored())
    this.#servers.set(address, server)
    return server
  }

  #find(key: string): ServerConnection | undefined {
    return this.#servers.get(this.#topology?.primaryOf(keySlot(key)) ?? '')
  }

  #serverOf(key: string): ServerConnection {
    const server = this.#find(key)
    if (server !== undefined) return server
    throw this.#topology === undefined ? this.#failure : unavailable('no server of the cluster has this slot')
  }

  async #on<T>(key = '', call: (server: ServerConnection) => Promise<T>): Promise<T> {
    try {
      return await call(this.#serverOf(key))
    } catch (error) {
      if (REDIRECTED.test(messageOf(error))) this.#refresh(key)
      throw error
    }
  }

  /** The server says that a slot has moved, but not which. */
  #refreshSubscriptions(server: ServerConnection): void {
    for (const subscription of this.#subscriptions) {
      if (subscription.server !== server) continue
      subscription.server = undefined
      this.#refresh(subscription.channel)
    }
  }

  #refresh(key: string): void {
    const slot = keySlot(key)
    if (this.#topology === undefined || this.#refreshing.has(slot)) return
    this.#refreshing.add(slot)
    void this.#topology
      .refresh(key)
      .catch(() => {})
      .finally(() => this.#refreshing.delete(slot))
  }

  #restored(): void {
    for (const { listener } of this.#onRestored) listener()
  }
}

/** ioredis keeps the reason in a property. */
function reasonOf(error: unknown): string {
  const { lastNodeError } = error as { lastNodeError?: unknown }
  return messageOf(lastNodeError ?? error)
}
