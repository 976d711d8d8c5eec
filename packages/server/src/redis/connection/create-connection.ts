import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import type { RedisConnection, RedisScript } from '../redis-connection.ts'
import { ClusterConnection } from './cluster-connection.ts'
import { type ClusterTopology, ioredisTopology, nodeRedisTopology } from './cluster-topology.ts'
import type { IoredisCluster, NodeRedisCluster } from './cluster-topology.ts'
import { type Ioredis, ioredisClient } from './ioredis.ts'
import { type NodeRedis, nodeRedisClient } from './node-redis.ts'
import type { CreateClient } from './redis-client.ts'
import { ServerConnection } from './server-connection.ts'
import { unavailable } from './unavailable.ts'

/**
 * A client of the package `redis` (`createClient`, `createCluster`) or `ioredis` (`new Redis`, `new Cluster`). It is only
 * duplicated: it need not be connected, and nothing is sent on its own connection.
 */
export interface RedisClientLike {
  duplicate(...args: never[]): object
}

export interface RedisConnectionOptions {
  readonly client?: RedisClientLike
  readonly url?: string
  readonly scripts: readonly RedisScript[]
  readonly isReplicated?: boolean
}

/** @throws RoomfulError `INVALID_ARGUMENT` */
export function createRedisConnection(options: RedisConnectionOptions): RedisConnection {
  const { client, url, scripts, isReplicated = false } = options
  if ((client === undefined) === (url === undefined)) throw invalid('give either a client or a url')
  const parts = { scripts, isReplicated }
  if (client === undefined) {
    assertUrl(url)
    return new ServerConnection({ ...parts, create: clientsOfUrl(url), isCluster: false })
  }
  const topology = topologyOf(client)
  if (topology !== undefined) return new ClusterConnection({ ...parts, topology })
  return new ServerConnection({ ...parts, create: clientsOf(client), isCluster: false })
}

function clientsOf(client: RedisClientLike): CreateClient {
  if (has(client, 'duplicate', 'call', 'ssubscribe'))
    return (options, listeners) => ioredisClient(client as unknown as Ioredis, options, listeners)
  if (has(client, 'duplicate', 'sendCommand', 'sSubscribe'))
    return (options, listeners) => nodeRedisClient(client as unknown as NodeRedis, options, listeners)
  throw invalid(`client must be a client of the package redis or ioredis, version 6; got ${describe(client)}`)
}

function topologyOf(client: RedisClientLike): (() => ClusterTopology) | undefined {
  if (has(client, 'duplicate', 'call', 'nodes')) return () => ioredisTopology(client as unknown as IoredisCluster)
  if (has(client, 'duplicate', 'sendCommand', 'nodeClient'))
    return () => nodeRedisTopology(client as unknown as NodeRedisCluster)
  return undefined
}

function has(client: unknown, ...methods: readonly string[]): boolean {
  if (typeof client !== 'object' || client === null) return false
  return methods.every((name) => typeof (client as Record<string, unknown>)[name] === 'function')
}

function clientsOfUrl(url: string): CreateClient {
  let prototype: NodeRedis | undefined
  return async (options, listeners) => {
    prototype ??= await clientOfUrl(url)
    return nodeRedisClient(prototype, options, listeners)
  }
}

/** A client that is never connected itself. */
async function clientOfUrl(url: string): Promise<NodeRedis> {
  try {
    const { createClient } = await import('redis')
    return createClient({ url }) as unknown as NodeRedis
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw unavailable('a url needs the package redis, version 6: npm install redis', error)
  }
}

function assertUrl(url: unknown): asserts url is string {
  const sentence =
    'url must be like redis://user:password@host:6379/0 or rediss://…; its path is empty or the number of a database'
  if (typeof url !== 'string' || !/^rediss?:\/\//.test(url) || !isUrl(url)) throw invalid(sentence)
}

function isUrl(text: string): boolean {
  try {
    const { hostname, pathname } = new URL(text)
    return hostname !== '' && /^\/?\d*$/.test(pathname)
  } catch {
    return false
  }
}

function invalid(sentence: string): RoomfulError {
  return new RoomfulError('INVALID_ARGUMENT', `redisLog: ${sentence}`)
}
