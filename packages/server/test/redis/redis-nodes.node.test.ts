import { afterAll, beforeAll, describe, vi } from 'vitest'
import type { RedisNodes } from '../../src/redis/nodes/redis-nodes.ts'
import { clientOf, type ClientPackage, clientPackages, clusterOf } from '../support/redis-clients.ts'
import { RedisNodesOfTest } from '../support/redis-nodes.ts'
import { type RedisServer, startCluster, startRedis } from '../support/redis-server.ts'
import { describeNodes } from './nodes-suite.ts'

let server: RedisServer
let cluster: readonly RedisServer[]
beforeAll(async () => {
  ;[server, cluster] = await Promise.all([startRedis(), startCluster()])
})

const kinds: [string, ClientPackage, boolean][] = clientPackages.flatMap((client) => [
  [`one Redis with ${client}`, client, false],
  [`a cluster of Redis with ${client}`, client, true],
])

describe.each(kinds)('%s', (name, client, isCluster) => {
  let nodes: RedisNodesOfTest
  const ends: (() => void)[] = []
  const sendToAll = (...args: string[]) =>
    Promise.all((isCluster ? cluster : [server]).map(async (one) => String(await one.send(...args))))
  /** The connections that have subscriptions, and how many subscriptions they have at each server. */
  const subscribers = async () => {
    const lists = await sendToAll('CLIENT', 'LIST', 'TYPE', 'pubsub')
    const sum = (list: string, pattern: RegExp) =>
      [...list.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0)
    return {
      ids: lists.flatMap((list) => [...list.matchAll(/\bid=(\d+)/g)].map(([, id]) => id)),
      counts: lists.map((list) => sum(list, /\bs?sub=(\d+)/g)),
    }
  }
  beforeAll(async () => {
    const inCluster = () => clusterOf(client, cluster, (end) => void ends.push(end))
    nodes = new RedisNodesOfTest(isCluster ? inCluster : () => clientOf(client, server))
    await nodes.connect()
  })
  afterAll(async () => {
    await nodes.close()
    for (const end of ends) end()
  })

  describeNodes<RedisNodes>(name, {
    createNode: () => nodes.create(client),
    kill: (node) => nodes.processOf(node).kill(),
    freeze: async (node, untilRemoved) => {
      const removed = untilRemoved()
      await Promise.all([removed, nodes.processOf(node).freeze(removed)])
    },
    forget: async () => void (await sendToAll('FLUSHALL')),
    reconnect: async () => {
      const before = await subscribers()
      await sendToAll('CLIENT', 'KILL', 'TYPE', 'normal')
      await sendToAll('CLIENT', 'KILL', 'TYPE', 'pubsub')
      const areBack = async () => {
        const { ids, counts } = await subscribers()
        return !ids.some((id) => before.ids.includes(id)) && counts.join() === before.counts.join()
      }
      await vi.waitUntil(areBack, { timeout: 20_000 })
    },
  })
})
