import { expect, vi } from 'vitest'
import { type Case, next, Play } from './stage.ts'

export const connectionCases: readonly Case[] = [
  [
    'a client that leaves: both sides know why',
    async (carrier) => {
      const { client, socket } = await (await Play.open(carrier)).pair()
      const reasons = [next(client, 'disconnect'), next(socket as never, 'disconnect')]
      client.disconnect()
      const [[here], [there]] = (await Promise.all(reasons)) as [[string], [string]]
      expect(here).toBe('io client disconnect')
      // Its namespace and its connection are left at once, and which of them is heard of first is a race.
      expect(['client namespace disconnect', 'transport close']).toContain(there)
    },
  ],
  [
    'a client that is disconnected, with its connection and without',
    async (carrier) => {
      const play = await Play.open(carrier)
      for (const close of [true, false]) {
        const { client, socket } = await play.pair()
        const reasons = [next(client, 'disconnect'), next(socket as never, 'disconnect')]
        socket.emit('last words')
        const heard = vi.fn<() => void>()
        client.on('last words', heard)
        socket.disconnect(close)
        const [[here], [there]] = (await Promise.all(reasons)) as [[string], [string]]
        expect([here, there]).toEqual(['io server disconnect', 'server namespace disconnect'])
        expect(heard).toHaveBeenCalledOnce()
        expect(client.active).toBe(false)
      }
    },
  ],
  [
    'a refusal carries its message and data',
    async (carrier) => {
      const play = await Play.open(carrier)
      play.io.use(({ handshake }, done) => {
        if (handshake.auth['token'] === 'good') done()
        else done(Object.assign(new Error('no such token'), { data: { code: 'TOKEN', at: [1, { deep: true }] } }))
      })
      const [error] = (await next(play.client({ auth: { token: 'bad' } }), 'connect_error')) as [Error]
      expect(error).toMatchObject({ message: 'no such token', data: { code: 'TOKEN', at: [1, { deep: true }] } })
      const client = await play.connected({ auth: { token: 'good' } })
      expect(client.id).toBeTypeOf('string')
    },
  ],
  [
    'credentials and query arrive with the handshake',
    async (carrier) => {
      const play = await Play.open(carrier)
      const { socket } = await play.pair({
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
    'namespaces share a connection, each with its own credentials and end',
    async (carrier) => {
      const play = await Play.open(carrier)
      play.io
        .of('/admin')
        .use(({ handshake }, done) => done(handshake.auth['admin'] ? undefined : new Error('not you')))
      play.io.of('/admin').on('connection', (socket) => socket.on('where', (answer) => answer(socket.nsp.name)))
      play.io.on('connection', (socket) => socket.on('where', (answer) => answer('main')))
      const client = await play.connected()
      const admin = client.io.socket('/admin', { auth: { admin: true } })
      expect([await admin.emitWithAck('where'), await client.emitWithAck('where')]).toEqual(['/admin', 'main'])
      admin.disconnect()
      await expect.poll(() => play.io.of('/admin').sockets.size).toBe(0)
      expect(await client.emitWithAck('where')).toBe('main')
      const [refused] = (await next(play.client({}, '/admin'), 'connect_error')) as [Error]
      expect(refused.message).toBe('not you')
      const [unknown] = (await next(play.client({}, '/nowhere'), 'connect_error')) as [Error]
      expect(unknown.message).toBe('Invalid namespace')
    },
  ],
  [
    'namespaces that come to be when they are asked for',
    async (carrier) => {
      const play = await Play.open(carrier)
      play.io.of(/^\/team-\d+$/).on('connection', (socket) => socket.emit('welcome', socket.nsp.name))
      expect(await next(play.client({}, '/team-7'), 'welcome')).toEqual(['/team-7'])
    },
  ],
  [
    'a lost connection comes back as another socket',
    async (carrier) => {
      const play = await Play.open(carrier)
      const { client, socket } = await play.pair()
      const first = client.id
      const gone = next(socket as never, 'disconnect')
      const lost = next(client, 'disconnect')
      client.io.engine.close()
      await Promise.all([gone, lost])
      await expect.poll(() => client.connected).toBe(true)
      expect(client.id).not.toBe(first)
      expect(client.recovered).not.toBe(true)
      await expect.poll(() => play.io.sockets.sockets.size).toBe(1)
    },
  ],
  [
    'a lost connection is recovered, with what was missed',
    async (carrier) => {
      const play = await Play.open(carrier, { connectionStateRecovery: {} })
      const { client, socket } = await play.pair({ reconnectionDelay: 50, reconnectionDelayMax: 50 })
      await socket.join('news')
      const heard: unknown[] = []
      client.on('news', (item) => heard.push(item))
      play.io.to('news').emit('news', 1)
      await expect.poll(() => heard).toEqual([1])
      const gone = next(socket as never, 'disconnect')
      client.io.engine.close()
      await gone
      play.io.to('news').emit('news', 2)
      await expect.poll(() => heard).toEqual([1, 2])
      expect(client.recovered).toBe(true)
    },
  ],
  [
    'heartbeats keep a quiet connection',
    async (carrier) => {
      const play = await Play.open(carrier, { pingInterval: 40, pingTimeout: 4_000 })
      const { client, socket } = await play.pair()
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
