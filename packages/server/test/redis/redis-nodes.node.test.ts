import { afterAll, beforeAll, describe } from 'vitest'
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
  const sendToAll = async (...args: string[]) => {
    await Promise.all((isCluster ? cluster : [server]).map((one) => one.send(...args)))
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
    forget: () => sendToAll('FLUSHALL'),
    reconnect: async () => {
      await sendToAll('CLIENT', 'KILL', 'TYPE', 'normal')
      await sendToAll('CLIENT', 'KILL', 'TYPE', 'pubsub')
    },
  })
})
