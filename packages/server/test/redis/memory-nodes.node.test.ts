import { MemoryHub, type MemoryNode } from '../support/memory-nodes.ts'
import { describeNodes } from './nodes-suite.ts'

const hub = new MemoryHub()

describeNodes<MemoryNode>('nodes in memory', {
  createNode: () => hub.node(),
  kill: (node) => node.die(),
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
})
