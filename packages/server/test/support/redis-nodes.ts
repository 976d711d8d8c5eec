import { RoomfulError } from '@roomful/contract'
import { createRedisConnection } from '../../src/redis/connection/create-connection.ts'
import type { NodeTiming } from '../../src/redis/nodes/heartbeat.ts'
import { nodeScripts } from '../../src/redis/nodes/node-scripts.ts'
import { RedisNodes } from '../../src/redis/nodes/redis-nodes.ts'
import type { RedisConnection, RedisScript } from '../../src/redis/redis-connection.ts'
import type { RedisClientLike } from '../../src/redis.ts'

/** Short, so that a test does not wait. All nodes of a test stand still together when the machine is busy. */
const SHORT_TIMING: NodeTiming = { beatMs: 40, deadMs: 400, claimMs: 400 }

/** What a process has of a connection that several nodes of a test share. The process can stand still, as after SIGSTOP, and end. */
export class ProcessConnection implements RedisConnection {
  readonly #connection: RedisConnection
  #goesOn: Promise<void> | undefined
  #isKilled = false
  /** Called before each script; may throw. */
  onRun: (script: RedisScript) => void = () => {}

  constructor(connection: RedisConnection) {
    this.#connection = connection
  }

  get isCluster(): boolean {
    return this.#connection.isCluster
  }

  /** What the process sends until then is sent afterwards. */
  async freeze(until: Promise<void>): Promise<void> {
    this.#goesOn = until
    await until
    this.#goesOn = undefined
  }

  kill(): void {
    this.#isKilled = true
  }

  connect(): Promise<void> {
    return this.#connection.connect()
  }

  check(): Promise<void> {
    return this.#connection.check()
  }

  run(...args: Parameters<RedisConnection['run']>): ReturnType<RedisConnection['run']> {
    return this.#alive(() => {
      this.onRun(args[0])
      return this.#connection.run(...args)
    })
  }

  runReplicated(...args: Parameters<RedisConnection['runReplicated']>): ReturnType<RedisConnection['runReplicated']> {
    return this.#alive(() => this.#connection.runReplicated(...args))
  }

  command(...args: Parameters<RedisConnection['command']>): ReturnType<RedisConnection['command']> {
    return this.#alive(() => this.#connection.command(...args))
  }

  subscribe(channel: string, listener: (message: string) => void): Promise<() => void> {
    return this.#alive(() =>
      this.#connection.subscribe(channel, (message) => {
        if (!this.#isKilled) listener(message)
      }),
    )
  }

  onRestored(listener: () => void): () => void {
    return this.#connection.onRestored(listener)
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  async #alive<T>(run: () => Promise<T>): Promise<T> {
    if (this.#goesOn !== undefined) await this.#goesOn
    if (this.#isKilled) throw new RoomfulError('UNAVAILABLE', 'the process of this node has ended')
    return await run()
  }
}

/** Nodes of several processes. Two connections carry them, by turns. */
export class RedisNodesOfTest {
  readonly #shared: readonly RedisConnection[]
  readonly #processes = new WeakMap<RedisNodes, ProcessConnection>()
  #created = 0

  constructor(client: () => RedisClientLike) {
    this.#shared = [client, client].map((create) => createRedisConnection({ client: create(), scripts: nodeScripts }))
  }

  async connect(): Promise<void> {
    await Promise.all(this.#shared.map((connection) => connection.connect()))
  }

  /** Nodes with the same prefix reach each other. */
  create(prefix: string): RedisNodes {
    this.#created += 1
    const connection = new ProcessConnection(this.#shared[this.#created % 2] as RedisConnection)
    const node = new RedisNodes({ connection, prefix, timing: SHORT_TIMING })
    this.#processes.set(node, connection)
    return node
  }

  processOf(node: RedisNodes): ProcessConnection {
    return this.#processes.get(node) as ProcessConnection
  }

  async close(): Promise<void> {
    await Promise.all(this.#shared.map((connection) => connection.close()))
  }
}
