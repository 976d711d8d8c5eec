import { beforeAll } from 'vitest'
import type { RedisNodes } from '../../src/redis/nodes/redis-nodes.ts'
import { clientOf, clientPackages } from '../support/redis-clients.ts'
import { RedisNodesOfTest } from '../support/redis-nodes.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { describeNodes } from './nodes-suite.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})

for (const name of clientPackages)
  describeNodes<RedisNodes>(`nodes over Redis with ${name}`, () => {
    const nodes = new RedisNodesOfTest(() => clientOf(name, server))
    return {
      createNode: () => nodes.create(name),
      kill: (node) => nodes.connectionOf(node).close(),
      freeze: async (node, untilRemoved) => {
        const removed = untilRemoved()
        await Promise.all([removed, nodes.connectionOf(node).freeze(removed)])
      },
      forget: async () => void (await server.send('FLUSHALL')),
      reconnect: async () => {
        await server.send('CLIENT', 'KILL', 'TYPE', 'normal')
        await server.send('CLIENT', 'KILL', 'TYPE', 'pubsub')
      },
    }
  })
