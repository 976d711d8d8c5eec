import type { Socket } from 'socket.io-client'
import { expect } from 'vitest'
import { type Case, Play } from './stage.ts'

function record(client: Socket): unknown[] {
  const heard: unknown[] = []
  client.on('news', (item) => heard.push(item))
  return heard
}

export const roomCases: readonly Case[] = [
  [
    'rooms: to, except, and everyone but oneself',
    async (carrier) => {
      const play = await Play.open(carrier)
      const [a, b, c] = [await play.pair(), await play.pair(), await play.pair()]
      const heard = [a, b, c].map(({ client }) => record(client))
      await a.socket.join('x')
      await b.socket.join(['x', 'y'])
      play.io.to('x').emit('news', 'x')
      a.socket.to('x').emit('news', 'x but a')
      play.io.except('y').emit('news', 'not y')
      a.socket.broadcast.emit('news', 'not a')
      play.io.to('x').to('y').emit('news', 'once')
      play.io.emit('news', 'all')
      await expect.poll(() => heard.map((list) => list.at(-1))).toEqual(['all', 'all', 'all'])
      expect(heard).toEqual([
        ['x', 'not y', 'once', 'all'],
        ['x', 'x but a', 'not a', 'once', 'all'],
        ['not y', 'not a', 'all'],
      ])
    },
  ],
  [
    'rooms are left, by oneself and by disconnecting',
    async (carrier) => {
      const play = await Play.open(carrier)
      const [a, b] = [await play.pair(), await play.pair()]
      await Promise.all([a.socket.join('x'), b.socket.join('x')])
      await a.socket.leave('x')
      expect([...(play.io.sockets.adapter.rooms.get('x') ?? [])]).toEqual([b.socket.id])
      b.client.disconnect()
      await expect.poll(() => play.io.sockets.adapter.rooms.has('x')).toBe(false)
    },
  ],
  [
    'fetchSockets, socketsJoin, socketsLeave and disconnectSockets',
    async (carrier) => {
      const play = await Play.open(carrier)
      const [a, b] = [await play.pair({ auth: { name: 'a' } }), await play.pair()]
      a.socket.data = { name: 'a' }
      play.io.in(a.socket.id).socketsJoin('x')
      const [only, ...others] = await play.io.in('x').fetchSockets()
      expect(others).toEqual([])
      expect(only).toMatchObject({ id: a.client.id, data: { name: 'a' }, handshake: { auth: { name: 'a' } } })
      play.io.socketsLeave('x')
      expect(await play.io.in('x').fetchSockets()).toEqual([])
      expect(await play.io.fetchSockets()).toHaveLength(2)
      play.io.in(b.socket.id).disconnectSockets(true)
      await expect.poll(() => b.client.connected).toBe(false)
      expect(a.client.connected).toBe(true)
    },
  ],
]
