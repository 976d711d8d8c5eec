import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import { banLimit, type BanOptions } from '../log/ban-limits.ts'
import type { RoomLog } from '../log/log.ts'
import { describeRetention, retentionFor, type RetentionOption } from '../log/retention.ts'
import { type RowOptions, rowLimits } from '../log/row-limits.ts'
import { createRedisConnection, type RedisClientLike } from './connection/create-connection.ts'
import { logScripts } from './log/log-scripts.ts'
import { RedisLog } from './log/redis-log.ts'
import { nodeScripts } from './nodes/node-scripts.ts'
import { RedisNodes } from './nodes/redis-nodes.ts'

const DEFAULT_ENTRIES = 1_000

/** `maxRowsPerUser`, `maxRowsPerAddress`, `maxRows` and `maxBans` are counted in each of 64 partitions of the rooms. */
export interface RedisLogOptions extends RowOptions, BanOptions {
  /**
   * A client of the package `redis` (`createClient`, `createCluster`) or `ioredis` (`new Redis`, `new Cluster`), version 6. The log
   * only duplicates it, with options of its own: it need not be connected, and is not closed with the log.
   */
  readonly client?: RedisClientLike
  /** In place of a client: `redis://user:password@host:6379/0`, or `rediss://…` with TLS. Needs the package `redis`. */
  readonly url?: string
  /** What all keys and channels begin with. Apps that share a Redis each need another one, also in different databases. Default: `roomful`. */
  readonly prefix?: string
  /**
   * When a message is confirmed. `async` (the default): once the primary has it. A failover to a replica that lags behind loses
   * messages that were confirmed last, and clients are told which. `replica`: once a replica has it, too. While no
   * replica confirms within 500 ms, messages are answered with `UNAVAILABLE`, and clients send them again. A failover
   * then loses a confirmed message only if the replica that had it is lost as well, or another one is promoted.
   *
   * Neither says anything about the disk: that depends on `appendonly` and `appendfsync` of Redis.
   */
  readonly durability?: 'async' | 'replica'
  /** What a room keeps, in the memory of Redis: 1,000 messages of 200 characters take 330 kB. Default: 1,000 entries of any age. */
  readonly retention?: RetentionOption
}

/**
 * Makes a log in Redis (6.2 or later; 7 or later for a cluster) or Valkey, for any number of processes. It connects by itself. While
 * there is no connection its calls reject with `UNAVAILABLE`, and `rooms.isReady()` is false. Redis must not delete keys
 * when its memory is full: set `maxmemory-policy` to `noeviction`; with `allkeys-*` the log does not start.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for options that cannot work.
 * @example
 * import { createClient } from 'redis'
 *
 * const client = createClient({ url: process.env.REDIS_URL })
 * const rooms = createRooms(io, { contract, log: redisLog({ client }) })
 */
export function redisLog(options: RedisLogOptions): RoomLog {
  const { client, url, prefix = 'roomful', durability = 'async', retention = {} } = options
  if (typeof prefix !== 'string' || !/^[^{}\s]+$/.test(prefix))
    throw invalid(`prefix must be a text without spaces and braces, got ${describe(prefix)}`)
  if (durability !== 'async' && durability !== 'replica')
    throw invalid(`durability must be "async" or "replica", got ${describe(durability)}`)
  const limits = rowLimits('redisLog', options)
  const maxBans = banLimit('redisLog', options)
  const keep = retentionFor('redisLog', retention, DEFAULT_ENTRIES)
  const connection = createRedisConnection({
    ...(client !== undefined && { client }),
    ...(url !== undefined && { url }),
    scripts: [...logScripts, ...nodeScripts],
    isReplicated: durability === 'replica',
  })
  const connected = connection.connect()
  connected.catch(() => {}) // an error of `check` and of all calls
  const nodes = new RedisNodes({ connection, prefix, connected })
  const { maxRowsPerUser, maxRowsPerAddress, maxRows } = limits
  const counts = Object.entries({ maxRowsPerUser, maxRowsPerAddress, maxRows, maxBans })
  const sharedOptions = {
    ...Object.fromEntries(counts.map(([name, value]) => [name, String(value)])),
    retention: describeRetention(retention, DEFAULT_ENTRIES),
  }
  return new RedisLog({ connection, nodes, prefix, durability, limits, maxBans, keep, sharedOptions })
}

function invalid(sentence: string): RoomfulError {
  return new RoomfulError('INVALID_ARGUMENT', `redisLog: ${sentence}`)
}
