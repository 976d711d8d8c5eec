import { createRequire } from 'node:module'
import { wire } from '@roomful/contract/protocol'
import { expect, test } from 'vitest'
import { memoryLog } from '../../src/index.ts'
import { believe, chat } from '../support/chat.ts'
import { MemoryHub, sharedLog } from '../support/memory-nodes.ts'
import { startRooms, texts, words } from '../support/start-rooms.ts'

type AdapterClass = new (nsp: unknown) => object

const socketIo = createRequire(import.meta.resolve('socket.io'))
const { ClusterAdapter } = socketIo('socket.io-adapter') as { ClusterAdapter: AdapterClass }

const published: unknown[] = []

/** The adapter of a server with other nodes, which must get nothing. */
class NoOtherNodes extends ClusterAdapter {
  serverCount(): Promise<number> {
    return Promise.resolve(3)
  }
  doPublish(message: unknown): Promise<string> {
    published.push(message)
    throw new Error('a message for other nodes')
  }
  doPublishResponse(): Promise<void> {
    throw new Error('an answer for another node')
  }
}

test('S12 with an adapter of several nodes, nothing of a room goes through the adapter', async () => {
  const log = sharedLog(memoryLog(), new MemoryHub().node())
  const options = { contract: chat, authenticate: believe, log, presenceGraceMs: 0, limits: { members: 3 } }
  const { io, rooms, connect, errors } = await startRooms(options, { adapter: NoOtherNodes as never })
  const clients = [await connect({ id: 'ann' }), await connect({ id: 'bob' }), await connect({ id: 'cy' })] as const
  const [ann, bob, cy] = clients // bob reads packs
  for (const client of clients) await client.join('general')
  await ann.publish('general', texts(['one', 'two']))
  await rooms.to('general').emit('message', { text: 'three' })
  rooms.to('general').volatile.emit('cursor', { x: 0, y: 0 })
  await cy.ask(wire.volatile, { room: 'general', event: 'cursor', data: { x: 1, y: 1 } })
  await cy.ask(wire.presence, { room: 'general', presence: { status: 'away' } })
  await cy.ask(wire.typing, { room: 'general', typing: true })
  await rooms.newEpoch()
  for (const id of ['dan', 'eve']) await (await connect({ id })).join('general') // a partial room
  await cy.ask(wire.presence, { room: 'general', presence: { status: 'online' } })
  await rooms.remove('general', 'cy')
  await rooms.disconnect('eve')
  for (const client of [ann, bob]) {
    await expect
      .poll(() => client.of(wire.members).some(([change]) => (change as { partial?: true }).partial))
      .toBe(true)
    expect(words(client)).toEqual(['one', 'two', 'three'])
    expect(client.of('cursor')).toHaveLength(2)
    expect(client.of(wire.head)).toHaveLength(1)
  }
  expect(errors).toEqual([])
  expect(published).toEqual([])
  io.to('general').emit('hello') // an emit of the app reaches the other nodes as ever
  expect(published).toHaveLength(1)
})
