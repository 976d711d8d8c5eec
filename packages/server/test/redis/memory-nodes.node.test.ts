import { MemoryHub, type MemoryNode } from '../support/memory-nodes.ts'
import { describeNodes } from './nodes-suite.ts'

describeNodes<MemoryNode>('nodes in memory', () => {
  const hub = new MemoryHub()
  return {
    createNode: async () => hub.node(),
    kill: async (node) => node.die(),
    freeze: async (node, untilRemoved) => {
      node.expire()
      await untilRemoved()
      node.restore()
    },
    forget: async () => hub.forget(),
    reconnect: async (node) => {
      node.fail()
      node.restore()
    },
  }
})
