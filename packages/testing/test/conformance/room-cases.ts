import { expect } from 'vitest'
import { type Case, Harness } from './harness.ts'
import { collectEvents } from '../support/socket-events.ts'

export const roomCases: readonly Case[] = [
  [
    'to, except and broadcast reach exactly the clients that they name',
    async (setup) => {
      const harness = await Harness.start(setup)
      const [a, b, c] = [await harness.pair(), await harness.pair(), await harness.pair()]
      const received = [a, b, c].map(({ client }) => collectEvents(client, 'news'))
      await a.socket.join('x')
      await b.socket.join(['x', 'y'])
      harness.io.to('x').emit('news', 'x')
      a.socket.to('x').emit('news', 'x but a')
      harness.io.except('y').emit('news', 'not y')
      a.socket.broadcast.emit('news', 'not a')
      harness.io.to('x').to('y').emit('news', 'once')
      harness.io.emit('news', 'all')
      await expect.poll(() => received.map((list) => list.at(-1))).toEqual(['all', 'all', 'all'])
      expect(received).toEqual([
        ['x', 'not y', 'once', 'all'],
        ['x', 'x but a', 'not a', 'once', 'all'],
        ['not y', 'not a', 'all'],
      ])
    },
  ],
  [
    'a socket leaves its rooms by leave and by disconnecting',
    async (setup) => {
      const harness = await Harness.start(setup)
      const [a, b] = [await harness.pair(), await harness.pair()]
      await Promise.all([a.socket.join('x'), b.socket.join('x')])
      await a.socket.leave('x')
      expect([...(harness.io.sockets.adapter.rooms.get('x') ?? [])]).toEqual([b.socket.id])
      b.client.disconnect()
      await expect.poll(() => harness.io.sockets.adapter.rooms.has('x')).toBe(false)
    },
  ],
  [
    'fetchSockets, socketsJoin, socketsLeave and disconnectSockets work on the sockets of a room',
    async (setup) => {
      const harness = await Harness.start(setup)
      const [a, b] = [await harness.pair({ auth: { name: 'a' } }), await harness.pair()]
      a.socket.data = { name: 'a' }
      harness.io.in(a.socket.id).socketsJoin('x')
      const [only, ...others] = await harness.io.in('x').fetchSockets()
      expect(others).toEqual([])
      expect(only).toMatchObject({ id: a.client.id, data: { name: 'a' }, handshake: { auth: { name: 'a' } } })
      harness.io.socketsLeave('x')
      expect(await harness.io.in('x').fetchSockets()).toEqual([])
      expect(await harness.io.fetchSockets()).toHaveLength(2)
      harness.io.in(b.socket.id).disconnectSockets(true)
      await expect.poll(() => b.client.connected).toBe(false)
      expect(a.client.connected).toBe(true)
    },
  ],
]
