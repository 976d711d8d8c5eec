import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'
import { onTestFinished } from 'vitest'

export interface RedisServerOptions {
  /** The server that this one copies. */
  readonly replicaOf?: RedisServer
  /** Lines of the configuration: `maxmemory 10mb`. */
  readonly config?: readonly string[]
  readonly isCluster?: boolean
}

/**
 * Ends the server when its input ends: with the test process, however that ends. Removes its folder then, unless the input was
 * the line `keep`.
 */
const WATCH =
  'redis-server "$1/redis.conf" >/dev/null 2>&1 & echo $!; read -r line; kill -9 $!; wait $! 2>/dev/null; [ "$line" = keep ] || rm -rf "$1"'

/** A Redis server of a test, on a free port. It keeps nothing on the disk by default, and never outlives the process of the test file. */
export class RedisServer {
  readonly port: number
  readonly url: string
  readonly #options: RedisServerOptions
  readonly #folder = join(tmpdir(), `roomful-redis-${randomUUID()}`)
  #watch: ChildProcess | undefined
  #pid = 0

  constructor(port: number, options: RedisServerOptions) {
    this.port = port
    this.url = `redis://127.0.0.1:${port}`
    this.#options = options
  }

  async start(): Promise<void> {
    const { replicaOf, config = [], isCluster = false } = this.#options
    const lines = [
      `port ${this.port}`,
      'bind 127.0.0.1',
      `dir ${this.#folder}`,
      'save ""',
      'appendonly no',
      'repl-diskless-sync-delay 0',
      ...(isCluster ? ['cluster-enabled yes', 'cluster-node-timeout 2000'] : []),
      ...(replicaOf === undefined ? [] : [`replicaof 127.0.0.1 ${replicaOf.port}`]),
      ...config,
    ]
    mkdirSync(this.#folder, { recursive: true })
    writeFileSync(join(this.#folder, 'redis.conf'), `${lines.join('\n')}\n`)
    const watch = spawn('sh', ['-c', WATCH, 'sh', this.#folder], { stdio: ['pipe', 'pipe', 'ignore'] })
    this.#watch = watch
    const [pid] = (await once(watch.stdout, 'data')) as [Buffer]
    this.#pid = Number(pid.toString())
    await this.#until(['PING'], (answer) => answer === 'PONG')
    if (replicaOf !== undefined)
      await this.#until(['INFO', 'replication'], (answer) => String(answer).includes('master_link_status:up'))
  }

  /** Sends one command, by a connection of its own. */
  async send(...args: string[]): Promise<unknown> {
    const client = createClient({
      url: this.url,
      RESP: 2,
      maintNotifications: 'disabled',
      socket: { reconnectStrategy: false },
    })
    client.on('error', () => {})
    await client.connect()
    try {
      return await client.sendCommand(args)
    } finally {
      client.destroy()
    }
  }

  /** Ends the process at once, as a crash does. `keep`: the next start finds what the configuration has kept on the disk. */
  async kill(folder: 'keep' | 'remove' = 'remove'): Promise<void> {
    const watch = this.#watch
    this.#watch = undefined
    if (watch === undefined) {
      if (folder === 'remove') rmSync(this.#folder, { recursive: true, force: true })
      return
    }
    const exited = once(watch, 'exit')
    watch.stdin?.end(folder === 'keep' ? 'keep\n' : '')
    await exited
  }

  /** Stops the process without ending it: its connections stay open, and nothing is answered. */
  pause(): void {
    if (this.#watch !== undefined) process.kill(this.#pid, 'SIGSTOP')
  }

  resume(): void {
    if (this.#watch !== undefined) process.kill(this.#pid, 'SIGCONT')
  }

  async #until(command: string[], isExpected: (answer: unknown) => boolean): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.send(...command).catch((error: unknown) => error)
      if (isExpected(answer)) return
      if (attempt === 200) throw new Error(`redis-server on port ${this.port} is not ready`, { cause: answer })
      await new Promise((resolve) => void setTimeout(resolve, 25))
    }
  }
}

/** Starts a server. It is stopped after the test; outside a test, with the process of the test file. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  assertInstalled()
  const server = new RedisServer(await freePort(), options)
  try {
    onTestFinished(() => server.kill())
  } catch {
    // In a hook there is no test to wait for.
  }
  await server.start()
  return server
}

/** Starts a cluster of three primaries. */
export async function startCluster(): Promise<readonly RedisServer[]> {
  const servers = await Promise.all([1, 2, 3].map(() => startRedis({ isCluster: true })))
  const [first] = servers
  const ranges = [
    ['0', '5460'],
    ['5461', '10922'],
    ['10923', '16383'],
  ]
  for (const [index, server] of servers.entries()) {
    await server.send('CLUSTER', 'ADDSLOTSRANGE', ...(ranges[index] ?? []))
    await server.send('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
    if (server !== first) await server.send('CLUSTER', 'MEET', '127.0.0.1', String(first?.port))
  }
  for (const server of servers) {
    for (let attempt = 1; ; attempt += 1) {
      const info = String(await server.send('CLUSTER', 'INFO'))
      if (/cluster_state:ok/.test(info) && /cluster_known_nodes:3/.test(info)) break
      if (attempt === 400) throw new Error(`the cluster is not ready: ${info}`)
      await new Promise((resolve) => void setTimeout(resolve, 25))
    }
  }
  return servers
}

function assertInstalled(): void {
  if (spawnSync('redis-server', ['--version']).status === 0) return
  throw new Error('These tests need redis-server, version 7 or later. On Debian: apt-get install redis-server')
}

/** A cluster also uses the port 10,000 above. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => void server.close(resolve))
  return port > 55_000 ? await freePort() : port
}
