import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'

/** What a Redis has used since its start, or in between. */
export interface RedisUsage {
  readonly cpuMs: number
  /** How many scripts have run. */
  readonly scripts: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** The memory of all keys, channels and buffers, in bytes. */
  readonly memory: number
}

/** Ends Redis and removes its folder when its input ends: with the benchmark's process, however that ends. */
const WATCH =
  'redis-server --port "$1" --bind 127.0.0.1 --dir "$2" --save "" --appendonly no --loglevel warning & read -r _; kill -9 $!; rm -rf "$2"'

/** A Redis of its own, on a free port. It keeps nothing on the disk. */
export class BenchRedis {
  readonly url: string
  readonly #client: ReturnType<typeof connectTo>

  static async start(): Promise<BenchRedis> {
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'roomful-bench-redis-'))
    const watch = spawn('sh', ['-c', WATCH, 'sh', String(port), folder], { stdio: ['pipe', 'ignore', 'inherit'] })
    watch.unref()
    const redis = new BenchRedis(`redis://127.0.0.1:${port}`)
    await redis.#connect()
    return redis
  }

  private constructor(url: string) {
    this.url = url
    this.#client = connectTo(url)
  }

  /** Runs one command. */
  command(...args: string[]): Promise<unknown> {
    return this.#client.sendCommand(args)
  }

  async usage(): Promise<RedisUsage> {
    const info = String(await this.command('INFO', 'everything'))
    const value = (name: string): number => Number(new RegExp(`^${name}[:=]([\\d.]+)`, 'm').exec(info)?.[1] ?? 0)
    return {
      cpuMs: (value('used_cpu_user') + value('used_cpu_sys')) * 1_000,
      scripts: value('cmdstat_evalsha:calls'),
      bytesIn: value('total_net_input_bytes'),
      bytesOut: value('total_net_output_bytes'),
      memory: value('used_memory'),
    }
  }

  /** What is used from now on until the function that it resolves with is called. */
  async measure(): Promise<() => Promise<RedisUsage>> {
    const before = await this.usage()
    return async () => {
      const after = await this.usage()
      const between = (key: keyof RedisUsage): number => after[key] - before[key]
      return {
        cpuMs: between('cpuMs'),
        scripts: between('scripts'),
        bytesIn: between('bytesIn'),
        bytesOut: between('bytesOut'),
        memory: between('memory'),
      }
    }
  }

  async #connect(): Promise<void> {
    this.#client.on('error', () => {}) // until Redis listens
    await this.#client.connect()
  }
}

function connectTo(url: string) {
  const socket = { reconnectStrategy: 50 }
  return createClient({ url, RESP: 2, maintNotifications: 'disabled', socket })
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
