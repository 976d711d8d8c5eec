import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startNodeProxy } from '../../scripts/node-proxy.mjs'
import { OwnServer } from './own-server.ts'

/** Ends Redis when its input ends: with the process of the test, however that ends. */
const WATCH = 'redis-server --port "$1" --bind 127.0.0.1 --dir "$2" --save "" >/dev/null & read -r _; kill -9 $!'
const REDIS_LIMIT_MS = 10_000

interface Node {
  readonly server: OwnServer
  readonly metricsPort: number
}

/** Several nodes with a Redis, behind the proxy of `npm start -- --nodes`. */
export class OwnNodes {
  readonly url: string
  readonly #nodes: readonly Node[]
  readonly #close: () => Promise<void>

  private constructor(nodes: readonly Node[], url: string, close: () => Promise<void>) {
    this.url = url
    this.#nodes = nodes
    this.#close = close
  }

  static async start(count: number): Promise<OwnNodes> {
    const folder = await mkdtemp(join(tmpdir(), 'roomful-e2e-redis-'))
    const port = await freePort()
    const redis = spawn('sh', ['-c', WATCH, 'sh', `${port}`, folder], { stdio: ['pipe', 'ignore', 'inherit'] })
    await answers(port, redis)
    const shared = { REDIS_URL: `redis://127.0.0.1:${port}`, SESSION_KEY: '0f'.repeat(32) }
    const startNode = async (): Promise<Node> => {
      const metricsPort = await freePort()
      return { server: await OwnServer.start({ ...shared, METRICS_PORT: `${metricsPort}` }), metricsPort }
    }
    const nodes = await Promise.all(Array.from({ length: count }, startNode))
    const proxy = await startNodeProxy(
      nodes.map(({ server }) => Number(new URL(server.url).port)),
      0,
    )
    return new OwnNodes(nodes, `http://127.0.0.1:${proxy.port}`, async () => {
      proxy.close()
      await Promise.all(nodes.map(({ server }) => server.close()))
      redis.stdin?.end()
      await once(redis, 'exit')
      await rm(folder, { recursive: true, force: true })
    })
  }

  /** How many clients each node has; 0 for a node that was killed. */
  async connections(): Promise<readonly number[]> {
    return await Promise.all(
      this.#nodes.map(async ({ metricsPort }) => {
        const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`).catch(() => undefined)
        return Number(/^roomful_connections (\d+)$/m.exec((await answer?.text()) ?? '')?.[1] ?? 0)
      }),
    )
  }

  async kill(index: number): Promise<void> {
    await this.#nodes[index]?.server.stop('SIGKILL')
  }

  async close(): Promise<void> {
    await this.#close()
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  return port
}

async function answers(port: number, redis: ChildProcess): Promise<void> {
  const limit = Date.now() + REDIS_LIMIT_MS
  while (redis.exitCode === null && Date.now() < limit) {
    const connection = connect(port, '127.0.0.1')
    const isOpen = await once(connection, 'connect').then(
      () => true,
      () => false,
    )
    connection.destroy()
    if (isOpen) return
    await delay(20)
  }
  throw new Error('These tests need redis-server, version 7 or later. On Debian: apt-get install redis-server')
}
