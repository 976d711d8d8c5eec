import { setTimeout as delay } from 'node:timers/promises'
import { type ClientOptions, defineContract, plainRooms, roomful, typeOnly } from '@roomful/client'
import { createRooms } from '@roomful/server'
import { createProxy } from '@roomful/testing/proxy'
import fc from 'fast-check'
import type { Server, Socket } from 'socket.io'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startClient } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'
import { WantedRoom, type Wish } from './support/membership-model.ts'

const ROOMS = ['one', 'two', 'three', 'four', 'five', 'six']

/** Servers whose answers take from 0 to 15 ms each. */
interface Slow {
  readonly configure: (io: Server, latency: () => Promise<void>) => void
  readonly client: Partial<ClientOptions>
  readonly channelOf: (room: string) => string
  readonly recovers?: boolean
}

/** A cut during Socket.IO's upgrade would be noticed by the heartbeat only. */
const NO_UPGRADE: Partial<ClientOptions> = { socket: { transports: ['websocket'] } }

const chat = defineContract({ room: { message: typeOnly<string>() } })
const roomfulServer: Slow = {
  configure: (io, latency) =>
    createRooms(io, { contract: chat, authorize: { join: async () => latency().then(() => true) } }),
  client: { rooms: roomful(), joinTimeoutMs: 20_000 },
  channelOf: (room) => `roomful:${room}`,
}
const plainServer: Slow = {
  configure: (io, latency) =>
    io.on('connection', (socket: Socket) => {
      const change =
        (how: 'join' | 'leave') =>
        async ({ room }: { room: string }, acknowledge: () => void) => {
          await latency()
          if (socket.connected) await socket[how](room)
          acknowledge()
        }
      socket.emit('welcome') // a client that has received no event is not recovered
      socket.on('join', change('join'))
      socket.on('leave', change('leave'))
    }),
  client: { rooms: plainRooms({ acks: true }), joinTimeoutMs: 20_000 },
  channelOf: (room) => room,
}

const step = fc.record({
  room: fc.nat(ROOMS.length - 1),
  wish: fc.constantFrom<Wish>('join', 'leave', 'retain', 'release'),
  thenMs: fc.constantFrom(0, 0, 0, 1, 5, 20),
  cut: fc.nat(14).map((n) => n === 0),
})
const script = fc.record({
  steps: fc.array(step, { minLength: 30, maxLength: 90 }),
  latencies: fc.array(fc.nat(15), { minLength: 1, maxLength: 20 }),
})

describe('RM2 RM6 RM7 after joins, leaves, holders and outages in any order', () => {
  test.each([
    ['roomful()', roomfulServer],
    ['plainRooms()', plainServer],
    ['plainRooms() with a server that recovers connections', { ...plainServer, recovers: true }],
  ])(
    'client and server have the memberships that were wanted last, with %s',
    { timeout: 120_000 },
    async (_name, slow) => {
      await fc.assert(
        fc.asyncProperty(script, async ({ steps, latencies }) => {
          let asked = 0
          let pending = 0
          const latency = async () => {
            pending += 1
            await delay(latencies[asked++ % latencies.length])
            pending -= 1
          }
          const server = await startServer({
            configure: (io) => slow.configure(io, latency),
            ...(slow.recovers && { options: { connectionStateRecovery: {} } }),
          })
          const proxy = await createProxy({ target: { port: server.port } })
          const client = startClient(proxy.url, { ...slow.client, ...NO_UPGRADE })
          const rooms = ROOMS.map((name) => new WantedRoom(client.room(name)))
          for (const { room, wish, thenMs, cut } of steps) {
            rooms[room]?.do(wish)
            if (cut) proxy.cut()
            if (thenMs > 0) await delay(thenMs)
          }
          const wanted = rooms.map(({ isWanted }) => (isWanted ? 'joined' : 'left'))
          const seen = () => rooms.map(({ room }) => room.status)
          const held = () =>
            ROOMS.map((name) => (server.io.sockets.adapter.rooms.has(slow.channelOf(name)) ? 'joined' : 'left'))
          await eventually(() => expect([client.status, pending, seen()]).toEqual(['connected', 0, wanted]))
          await eventually(() => expect([held(), pending]).toEqual([wanted, 0]))
          expect([seen(), held()]).toEqual([wanted, wanted])
          client.disconnect()
          await proxy.close()
          await server.close()
        }),
        { numRuns: 12, endOnFailure: true },
      )
    },
  )
})
