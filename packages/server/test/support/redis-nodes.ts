import { onTestFinished } from 'vitest'
import { createRedisConnection } from '../../src/redis/connection/create-connection.ts'
import type { NodeTiming } from '../../src/redis/nodes/heartbeat.ts'
import { nodeScripts } from '../../src/redis/nodes/node-scripts.ts'
import { RedisNodes } from '../../src/redis/nodes/redis-nodes.ts'
import type { RedisConnection } from '../../src/redis/redis-connection.ts'
import type { RedisClientLike } from '../../src/redis.ts'

/** Short, so that a test does not wait. All nodes of a test stand still together when the machine is busy. */
const SHORT_TIMING: NodeTiming = { beatMs: 40, deadMs: 400, claimMs: 400 }

/** A connection of a process that a test can stop, as SIGSTOP does, and end. */
export class ProcessConnection implements RedisConnection {
  readonly #connection: RedisConnection
  #isFrozen: Promise<void> | undefined

  constructor(connection: RedisConnection) {
    this.#connection = connection
  }

  get isCluster(): boolean {
    return this.#connection.isCluster
  }

  /** What the process sends is sent after the promise. */
  async freeze(until: Promise<void>): Promise<void> {
    this.#isFrozen = until
    await until
    this.#isFrozen = undefined
  }

  async connect(): Promise<void> {
    await this.#connection.connect()
  }

  async check(): Promise<void> {
    await this.#connection.check()
  }

  run(...args: Parameters<RedisConnection['run']>): ReturnType<RedisConnection['run']> {
    return this.#afterFreeze(() => this.#connection.run(...args))
  }

  runReplicated(...args: Parameters<RedisConnection['runReplicated']>): ReturnType<RedisConnection['runReplicated']> {
    return this.#afterFreeze(() => this.#connection.runReplicated(...args))
  }

  command(...args: Parameters<RedisConnection['command']>): ReturnType<RedisConnection['command']> {
    return this.#afterFreeze(() => this.#connection.command(...args))
  }

  subscribe(channel: string, listener: (message: string) => void): Promise<() => void> {
    return this.#afterFreeze(() => this.#connection.subscribe(channel, listener))
  }

  onRestored(listener: () => void): () => void {
    return this.#connection.onRestored(listener)
  }

  async close(): Promise<void> {
    await this.#connection.close()
  }

  #afterFreeze<T>(run: () => Promise<T>): Promise<T> {
    return this.#isFrozen === undefined ? run() : this.#isFrozen.then(run)
  }
}

/** Nodes with a connection each, as in processes of their own. */
export class RedisNodesOfTest {
  readonly #client: () => RedisClientLike
  readonly #connections = new WeakMap<RedisNodes, ProcessConnection>()
  readonly #timing: NodeTiming

  constructor(client: () => RedisClientLike, timing: NodeTiming = SHORT_TIMING) {
    this.#client = client
    this.#timing = timing
  }

  async create(prefix = 'roomful'): Promise<RedisNodes> {
    const connection = new ProcessConnection(createRedisConnection({ client: this.#client(), scripts: nodeScripts }))
    onTestFinished(() => connection.close())
    await connection.connect()
    const node = new RedisNodes({ connection, prefix, partitions: 8, timing: this.#timing })
    this.#connections.set(node, connection)
    return node
  }

  connectionOf(node: RedisNodes): ProcessConnection {
    const connection = this.#connections.get(node)
    if (connection === undefined) throw new Error('not a node of this test')
    return connection
  }
}
