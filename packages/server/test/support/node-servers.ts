import type { AnyContract } from '@roomful/contract'
import { memoryLog, type RoomLog, type RoomsOptions } from '../../src/index.ts'
import { MemoryHub, type MemoryNode, sharedLog } from './memory-nodes.ts'
import { type Running, startRooms } from './start-rooms.ts'

export interface NodeServer<C extends AnyContract> extends Running<C> {
  readonly node: MemoryNode
}

/** Starts several servers that share a log in memory, each a node of one hub. */
export async function startNodes<C extends AnyContract>(
  count: number,
  options: RoomsOptions<C>,
): Promise<{ readonly hub: MemoryHub; readonly log: RoomLog; readonly servers: NodeServer<C>[] }> {
  const hub = new MemoryHub()
  const log = memoryLog()
  const start = async (): Promise<NodeServer<C>> => {
    const node = hub.node()
    return { ...(await startRooms<C>({ ...options, log: sharedLog(log, node) })), node }
  }
  return { hub, log, servers: await Promise.all(Array.from({ length: count }, start)) }
}
