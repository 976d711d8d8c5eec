import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import type { RedisClientLike } from '../../src/redis.ts'
import type { RedisServer } from './redis-server.ts'

export type ClientPackage = 'redis' | 'ioredis'

export const clientPackages: readonly ClientPackage[] = ['redis', 'ioredis']

/** A client as an app makes it. It is never connected. */
export function clientOf(name: ClientPackage, { url }: { readonly url: string }): RedisClientLike {
  return name === 'redis' ? createClient({ url }) : new Redis(url, { lazyConnect: true })
}

/** `whenDone` calls its argument at the end. */
export function clusterOf(
  name: ClientPackage,
  [server]: readonly RedisServer[],
  whenDone: (end: () => void) => void,
): RedisClientLike {
  if (name === 'redis') return createCluster({ rootNodes: [{ url: server?.url ?? '' }] })
  const cluster = new Cluster([{ host: '127.0.0.1', port: server?.port ?? 0 }], { lazyConnect: true })
  whenDone(() => cluster.disconnect())
  return cluster
}
