import { ReasonedConnect } from './connecting.ts'
import { type Ioredis, ioredisClient } from './ioredis.ts'
import { type NodeRedis, nodeRedisClient } from './node-redis.ts'
import type { CreateClient } from './redis-client.ts'
import { unavailable } from './unavailable.ts'

/** Which server of a cluster has which slots: a client of one of the packages finds that out, and does nothing else. */
export interface ClusterTopology {
  /** Called once. */
  connect(): Promise<void>
  /** The address of the primary that has the slot; undefined while that is unknown. */
  primaryOf(slot: number): string | undefined
  /** Makes clients of the primary with this address. */
  clientsOf(address: string): CreateClient
  /** Asks for the key, so that the client follows a redirection. */
  refresh(key: string): Promise<void>
  close(): void
}

interface NodeRedisPrimary {
  readonly address: string
  readonly client?: NodeRedis
}

/** What is used of a cluster of the package `redis`. */
export interface NodeRedisCluster {
  readonly slots: readonly ({ readonly master: NodeRedisPrimary } | undefined)[]
  readonly masters: readonly NodeRedisPrimary[]
  duplicate(overrides: object): NodeRedisCluster
  connect(): Promise<unknown>
  nodeClient(node: NodeRedisPrimary): unknown
  sendCommand(firstKey: string, isReadonly: boolean, args: readonly string[]): Promise<unknown>
  on(event: string, listener: (value: unknown) => void): unknown
  destroy(): void
}

const REFRESH_MS = 1_000

export function nodeRedisTopology(cluster: NodeRedisCluster): ClusterTopology {
  const own = cluster.duplicate({
    minimizeConnections: false,
    useReplicas: false,
    clientSideCache: undefined,
    keyPrefix: undefined,
    topologyRefreshOnReconnectionAttemptStrategy: REFRESH_MS,
  })
  const connecting = new ReasonedConnect(own, 'error')
  return {
    connect: () => connecting.connect(),
    primaryOf: (slot) => own.slots[slot]?.master.address,
    clientsOf: (address) => async (options, listeners) => {
      const primary = own.masters.find((one) => one.address === address)
      if (primary === undefined) throw notInCluster(address)
      const client = primary.client ?? ((await own.nodeClient(primary)) as NodeRedis)
      return nodeRedisClient(client, options, listeners)
    },
    refresh: async (key) => void (await own.sendCommand(key, false, ['EXISTS', key])),
    close: () => own.destroy(),
  }
}

/** What is used of a cluster of the package `ioredis`. */
export interface IoredisCluster {
  /** The addresses that have each slot, the primary first. */
  readonly slots: readonly (readonly string[] | undefined)[]
  duplicate(startupNodes: readonly never[], overrides: object): IoredisCluster
  connect(): Promise<void>
  nodes(role: 'master'): readonly Ioredis[]
  call(name: string, ...args: string[]): Promise<unknown>
  on(event: string, listener: (...values: never[]) => void): unknown
  disconnect(): void
}

export function ioredisTopology(cluster: IoredisCluster): ClusterTopology {
  const own = cluster.duplicate([], {
    lazyConnect: true,
    enableOfflineQueue: true,
    clusterRetryStrategy: () => REFRESH_MS,
    slotsRefreshInterval: REFRESH_MS,
    shardedSubscribers: false,
    enableAutoPipelining: false,
    scaleReads: 'master',
    keyPrefix: '',
  })
  const connecting = new ReasonedConnect(own, 'error', 'node error')
  return {
    connect: () => connecting.connect(),
    primaryOf: (slot) => own.slots[slot]?.[0],
    clientsOf: (address) => (options, listeners) => {
      const primary = own.nodes('master').find((one) => `${one.options.host}:${one.options.port}` === address)
      if (primary === undefined) throw notInCluster(address)
      return ioredisClient(primary, options, listeners)
    },
    refresh: async (key) => void (await own.call('EXISTS', key)),
    close: () => own.disconnect(),
  }
}

function notInCluster(address: string): Error {
  return unavailable(`the cluster has no primary ${address} at the moment`)
}
