import { setTimeout as delay } from 'node:timers/promises'
import type { RoomLog } from '@roomful/server'
import { redisLog } from '@roomful/server/redis'
import { createProxy, type FaultProxy } from '@roomful/testing/proxy'
import { type RedisServer, startRedis } from '../../../../server/test/support/redis-server.ts'
import { readLog } from '../../support/read-log.ts'
import type { Backend } from './backend.ts'
import { restartCheck } from './checks.ts'
import { applyNetworkFault } from './network-fault.ts'
import { ROOMS } from './page.ts'
import type { BackendFault, FaultOf } from './plan.ts'
import { between, type Random, seeded } from './random.ts'
import type { Logs, RunRecord } from './run-record.ts'
import { Server } from './server.ts'

/** Reading the log may take this long while Redis comes back. */
const READ_LIMIT_MS = 20_000
/** Shorter than the 10 s until a node counts as dead: a killed node's members are removed as soon as it does, in runs that are long enough. */
const GRACE_MS = 2_000
const MOST_CLOCK_MS = 1_500

interface Parts {
  readonly redis: RedisServer
  /** Reads the log without faults between it and Redis. */
  readonly reader: RoomLog
  readonly links: readonly FaultProxy[]
  readonly servers: readonly Server[]
  readonly random: Random
  readonly onEnded: ReturnType<typeof restartCheck>
}

/**
 * Several nodes with one Redis, each behind a proxy of its own and with a clock of its own. Redis keeps on its disk what it has
 * answered. After each restart of a node or of Redis, every confirmed message must be in the log.
 */
export class Nodes implements Backend {
  readonly #parts: Parts
  #isRedisBusy = false
  #redisRestarts = 0
  readonly #busyLinks = new Set<number>()
  #killed: Promise<void> | undefined

  static async start(count: number, seed: number, record: RunRecord): Promise<Nodes> {
    const indices = Array.from({ length: count }, (_, index) => index)
    const redis = await startRedis({
      // A crash of the process loses nothing that was written to the file, and only that is answered: not so with `everysec`.
      config: [
        'appendonly yes',
        'appendfsync no',
        ...indices.map((index) => `user ${userOf(index)} on >secret ~* &* +@all`),
      ],
    })
    const reader = redisLog({ url: redis.url })
    const links = await Promise.all(indices.map(() => createProxy({ target: { port: redis.port } })))
    const onEnded = restartCheck(record, () => logsOf(reader))
    const servers = await Promise.all(
      links.map(({ port }, index) => {
        const random = seeded(seed + 1_000 * (index + 1))
        const url = `redis://${userOf(index)}:secret@127.0.0.1:${port}`
        const log = { redis: url, ...(index % 2 === 1 && { client: 'ioredis' as const }) }
        const clockMs = between(random, -MOST_CLOCK_MS, MOST_CLOCK_MS)
        return Server.start({ settings: { log, clockMs, presenceGraceMs: GRACE_MS }, random, record, onEnded })
      }),
    )
    return new Nodes({ redis, reader, links, servers, random: seeded(seed), onEnded })
  }

  private constructor(parts: Parts) {
    this.#parts = parts
  }

  get ports(): readonly number[] {
    return this.#parts.servers.map(({ port }) => port)
  }

  get restarts(): Backend['restarts'] {
    return { servers: this.#parts.servers.reduce((sum, { restarts }) => sum + restarts, 0), redis: this.#redisRestarts }
  }

  applyFault(fault: BackendFault): Promise<void> | undefined {
    if (fault.on === 'server') return this.#parts.servers[fault.index]?.applyFault(fault.kind, fault.forMs)
    if (fault.on === 'link') return this.#busyLinks.has(fault.index) ? undefined : this.#applyToLink(fault)
    return this.#isRedisBusy ? undefined : this.#applyToRedis(fault)
  }

  putOut(user: string, room: string, banMs: number): Promise<void> {
    return this.#anyServer().putOut(user, room, banMs)
  }

  sendAway(user: string): Promise<void> {
    return this.#anyServer().sendAway(user)
  }

  async heal(): Promise<void> {
    for (const link of this.#parts.links) link.pass()
    await Promise.all(this.#parts.servers.map((server) => server.heal()))
  }

  logs(): Promise<Logs> {
    return logsOf(this.#parts.reader)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#parts.servers.map((server) => server.stop()))
    await this.#parts.reader.close?.()
  }

  kill(): Promise<void> {
    return (this.#killed ??= this.#endAll())
  }

  async #endAll(): Promise<void> {
    const { redis, reader, links, servers } = this.#parts
    await Promise.all([...servers.map((server) => server.kill()), reader.close?.()])
    await Promise.all([...links.map((link) => link.close()), redis.kill()])
  }

  #anyServer(): Server {
    const { servers, random } = this.#parts
    return servers[between(random, 0, servers.length - 1)]!
  }

  async #applyToLink({ index, kind, forMs }: FaultOf<'link'>): Promise<void> {
    const { links, random } = this.#parts
    if (kind === 'end subscriptions') return await this.#endConnections('USER', userOf(index), 'TYPE', 'pubsub')
    this.#busyLinks.add(index)
    await applyNetworkFault(links[index]!, kind, forMs, random)
    this.#busyLinks.delete(index)
  }

  async #applyToRedis({ kind, forMs }: FaultOf<'redis'>): Promise<void> {
    const { redis, onEnded } = this.#parts
    if (kind === 'end connections') return await this.#endConnections('TYPE', 'normal')
    this.#isRedisBusy = true
    if (kind === 'freeze') {
      redis.pause()
      await delay(forMs)
      redis.resume()
    } else {
      await redis.kill('keep')
      const onStarted = onEnded('a restart of Redis')
      await delay(forMs)
      await redis.start()
      this.#redisRestarts += 1
      await onStarted()
    }
    this.#isRedisBusy = false
  }

  /** Redis may be away, and its connections with it. */
  async #endConnections(...which: readonly string[]): Promise<void> {
    if (!this.#isRedisBusy) await this.#parts.redis.send('CLIENT', 'KILL', ...which).catch(() => {})
  }
}

function userOf(index: number): string {
  return `node-${index}`
}

async function logsOf(reader: RoomLog): Promise<Logs> {
  for (const endAt = Date.now() + READ_LIMIT_MS; ; await delay(50)) {
    try {
      return new Map(await Promise.all(ROOMS.map(async (room) => [room, await readLog(reader, room)] as const)))
    } catch (error) {
      if (Date.now() > endAt) throw error
    }
  }
}
