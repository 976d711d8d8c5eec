import { expect, vi } from 'vitest'
import { type Case, Harness } from './harness.ts'
import { collectEvents, nextEvent } from '../support/socket-events.ts'

export const connectionCases: readonly Case[] = [
  [
    'both sides get the reason when a client disconnects',
    async (setup) => {
      const { client, socket } = await (await Harness.start(setup)).pair()
      const reasons = [nextEvent(client, 'disconnect'), nextEvent(socket, 'disconnect')]
      client.disconnect()
      const [[clientReason], [serverReason]] = (await Promise.all(reasons)) as [[string], [string]]
      expect(clientReason).toBe('io client disconnect')
      // The client leaves its namespace and closes its connection at once. The server may see either of them first.
      expect(['client namespace disconnect', 'transport close']).toContain(serverReason)
    },
  ],
  [
    'the server disconnects a client, with and without closing its connection',
    async (setup) => {
      const harness = await Harness.start(setup)
      for (const close of [true, false]) {
        const { client, socket } = await harness.pair()
        const reasons = [nextEvent(client, 'disconnect'), nextEvent(socket, 'disconnect')]
        socket.emit('last words')
        const received = vi.fn<() => void>()
        client.on('last words', received)
        socket.disconnect(close)
        const [[clientReason], [serverReason]] = (await Promise.all(reasons)) as [[string], [string]]
        expect([clientReason, serverReason]).toEqual(['io server disconnect', 'server namespace disconnect'])
        expect(received).toHaveBeenCalledOnce()
        expect(client.active).toBe(false)
      }
    },
  ],
  [
    'a refusal by a middleware reaches the client with its message and data',
    async (setup) => {
      const harness = await Harness.start(setup)
      harness.io.use(({ handshake }, done) => {
        if (handshake.auth['token'] === 'good') done()
        else done(Object.assign(new Error('no such token'), { data: { code: 'TOKEN', at: [1, { deep: true }] } }))
      })
      const [error] = (await nextEvent(harness.client({ auth: { token: 'bad' } }), 'connect_error')) as [Error]
      expect(error).toMatchObject({ message: 'no such token', data: { code: 'TOKEN', at: [1, { deep: true }] } })
      const client = await harness.connectedClient({ auth: { token: 'good' } })
      expect(client.id).toBeTypeOf('string')
    },
  ],
  [
    'the handshake has the client’s credentials and query',
    async (setup) => {
      const harness = await Harness.start(setup)
      const { socket } = await harness.pair({
        auth: { token: 't', deep: { list: [1] } },
        query: { page: '7', odd: 'ä&=?' },
      })
      expect(socket.handshake.auth).toEqual({ token: 't', deep: { list: [1] } })
      expect(socket.handshake.query).toMatchObject({ page: '7', odd: 'ä&=?', EIO: '4' })
      expect(socket.handshake.url).toContain('page=7')
      expect(Date.parse(socket.handshake.time)).toBeGreaterThan(0)
    },
  ],
  [
    'namespaces share one connection, but have their own credentials and are left separately',
    async (setup) => {
      const harness = await Harness.start(setup)
      harness.io
        .of('/admin')
        .use(({ handshake }, done) => done(handshake.auth['admin'] ? undefined : new Error('not you')))
      harness.io.of('/admin').on('connection', (socket) => socket.on('where', (answer) => answer(socket.nsp.name)))
      harness.io.on('connection', (socket) => socket.on('where', (answer) => answer('main')))
      const client = await harness.connectedClient()
      const admin = client.io.socket('/admin', { auth: { admin: true } })
      expect([await admin.emitWithAck('where'), await client.emitWithAck('where')]).toEqual(['/admin', 'main'])
      admin.disconnect()
      await expect.poll(() => harness.io.of('/admin').sockets.size).toBe(0)
      expect(await client.emitWithAck('where')).toBe('main')
      const [refused] = (await nextEvent(harness.client({}, '/admin'), 'connect_error')) as [Error]
      expect(refused.message).toBe('not you')
      const [unknown] = (await nextEvent(harness.client({}, '/nowhere'), 'connect_error')) as [Error]
      expect(unknown.message).toBe('Invalid namespace')
    },
  ],
  [
    'a dynamic namespace is created when a client connects to it',
    async (setup) => {
      const harness = await Harness.start(setup)
      harness.io.of(/^\/team-\d+$/).on('connection', (socket) => socket.emit('welcome', socket.nsp.name))
      expect(await nextEvent(harness.client({}, '/team-7'), 'welcome')).toEqual(['/team-7'])
    },
  ],
  [
    'a client that lost its connection reconnects with a new socket',
    async (setup) => {
      const harness = await Harness.start(setup)
      const { client, socket } = await harness.pair()
      const first = client.id
      const lostByServer = nextEvent(socket, 'disconnect')
      const lostByClient = nextEvent(client, 'disconnect')
      client.io.engine.close()
      await Promise.all([lostByServer, lostByClient])
      await expect.poll(() => client.connected).toBe(true)
      expect(client.id).not.toBe(first)
      expect(client.recovered).not.toBe(true)
      await expect.poll(() => harness.io.sockets.sockets.size).toBe(1)
    },
  ],
  [
    'a lost connection is recovered, and missed events are delivered',
    async (setup) => {
      const harness = await Harness.start(setup, { connectionStateRecovery: {} })
      const { client, socket } = await harness.pair({ reconnectionDelay: 50, reconnectionDelayMax: 50 })
      await socket.join('news')
      const received = collectEvents(client, 'news')
      harness.io.to('news').emit('news', 1)
      await expect.poll(() => received).toEqual([1])
      const lostByServer = nextEvent(socket, 'disconnect')
      client.io.engine.close()
      await lostByServer
      harness.io.to('news').emit('news', 2)
      await expect.poll(() => received).toEqual([1, 2])
      expect(client.recovered).toBe(true)
    },
  ],
  [
    'heartbeats keep an idle connection open',
    async (setup) => {
      const harness = await Harness.start(setup, { pingInterval: 40, pingTimeout: 4_000 })
      const { client, socket } = await harness.pair()
      const pings = vi.fn<() => void>()
      const pongs = vi.fn<(packet: { type: string }) => void>()
      client.io.on('ping', pings)
      socket.conn.on('packet', (packet) => {
        if (packet.type === 'pong') pongs(packet)
      })
      await expect.poll(() => Math.min(pings.mock.calls.length, pongs.mock.calls.length)).toBeGreaterThan(3)
      expect(client.connected).toBe(true)
    },
  ],
]
