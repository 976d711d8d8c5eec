import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import { onTestFinished } from 'vitest'
import type { RedisClientLike } from '../../src/redis.ts'
import type { RedisServer } from './redis-server.ts'

export type ClientPackage = 'redis' | 'ioredis'

export const clientPackages: readonly ClientPackage[] = ['redis', 'ioredis']

/** A client as an app makes it. It is never connected. */
export function clientOf(name: ClientPackage, server: RedisServer): RedisClientLike {
  if (name === 'redis') return createClient({ url: server.url })
  return new Redis(server.port, '127.0.0.1', { lazyConnect: true })
}

/** `whenDone` calls its argument at the end; the end of the test, unless it is given. */
export function clusterOf(
  name: ClientPackage,
  [server]: readonly RedisServer[],
  whenDone: (end: () => void) => void = onTestFinished,
): RedisClientLike {
  if (name === 'redis') return createCluster({ rootNodes: [{ url: server?.url ?? '' }] })
  const cluster = new Cluster([{ host: '127.0.0.1', port: server?.port ?? 0 }], { lazyConnect: true })
  whenDone(() => cluster.disconnect())
  return cluster
}
