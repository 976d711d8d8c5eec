import { type Client, plainRooms, roomful } from '@roomful/client'
import { setTimeout as delay } from 'node:timers/promises'
import type { Server } from 'socket.io'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { handshake, startHostileServer } from '../support/hostile-server.ts'
import { startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'
import { helloWith } from '../rooms/support/scripted-server.ts'
import { transports } from '../support/transports.ts'

/** Emits at once in the connection handler, and again after a query of 20 ms, as many servers do. */
const greet = (io: Server): void =>
  void io.on('connection', async (socket) => {
    socket.emit('init', 'at once')
    await delay(20)
    socket.emit('init', 'after a query')
  })

type Listen = (client: Client, listener: (text: unknown) => void) => unknown

const ways: [string, Listen, readonly string[]][] = [
  [
    'before connect()',
    (client, listener) => {
      client.on('init', listener)
      return client.connect()
    },
    ['at once', 'after a query'],
  ],
  [
    'after `await client.connect()`',
    async (client, listener) => {
      await client.connect()
      client.on('init', listener)
    },
    ['at once', 'after a query'],
  ],
  [
    'in a listener of the connected state',
    (client, listener) => {
      client.connection.subscribe(({ status }) => {
        if (status === 'connected') client.on('init', listener)
      })
      return client.connect()
    },
    ['at once', 'after a query'],
  ],
  [
    'some milliseconds after the connect, as a component that is mounted then',
    async (client, listener) => {
      await client.connect()
      await delay(1)
      client.on('init', listener)
    },
    ['after a query'],
  ],
]

describe.each(transports)('CN14 events of the connection handler, over %s', (transport) => {
  const socket = { transports: [transport] }

  describe.each([
    ['plainRooms(), the default', undefined],
    ['plainRooms()', plainRooms()],
    ['roomful()', roomful()],
  ])('with %s', (_rooms, rooms) => {
    test.each(ways)('reach a listener that is added %s', async (_when, listen, expected) => {
      const { url } = await startServer({
        configure: (io) => {
          if (rooms?.kind === 'roomful') io.on('connection', (accepted) => accepted.emit('$hello', helloWith()))
          greet(io)
        },
      })
      const client = startClient(url, { socket, ...(rooms && { rooms }) })
      const texts: unknown[] = []
      await listen(client, (text) => texts.push(text))
      await eventually(() => expect(texts.at(-1)).toBe('after a query'))
      expect(texts.slice(-expected.length)).toEqual(expected)
    })
  })
})

describe('CN14 packets from before the client is connected', () => {
  /** Writes the packets before the CONNECT, as Flask-SocketIO does. */
  const writeEarly = (io: Server, ...texts: string[]): void =>
    void io.use((socket, next) => {
      for (const text of texts) socket.conn.write(`2["news","${text}"]`)
      next()
    })

  test('reach the listeners in order, after the state is connected', async () => {
    const { url } = await startServer({ configure: (io) => writeEarly(io, 'one', 'two') })
    const client = startClient(url)
    const order: unknown[] = []
    client.connection.subscribe(({ status }) => order.push(status))
    client.on('news', (text: unknown) => order.push(text))
    await eventually(() => expect(order).toEqual(['connecting', 'connected', 'one', 'two']))
  })

  test('wait with roomful() for the $hello, and keep their order with later ones', async () => {
    const server = await startServer({ configure: (io) => writeEarly(io, 'one') })
    const client = startClient(server.url, { rooms: roomful() })
    const order: unknown[] = []
    client.connection.subscribe(({ status }) => order.push(status))
    client.on('news', (text: unknown) => order.push(text))
    await eventually(() => expect(server.sockets).toBe(1))
    server.io.emit('news', 'two')
    await delay(20)
    expect(order).toEqual(['connecting'])
    server.io.emit('$hello', helloWith())
    server.io.emit('news', 'three')
    await eventually(() => expect(order).toEqual(['connecting', 'connected', 'one', 'two', 'three']))
  })

  test('are dropped with an attempt that is lost', async () => {
    let attempts = 0
    const { url } = await startServer({
      configure: (io) =>
        io.on('connection', (socket) => {
          attempts += 1
          socket.emit('news', `of attempt ${attempts}`)
          if (attempts === 1) socket.conn.close()
          else socket.emit('$hello', helloWith())
        }),
    })
    const client = startClient(url, { rooms: roomful() })
    const news: unknown[] = []
    client.on('news', (text: unknown) => news.push(text))
    await until(client, 'connected')
    await eventually(() => expect(news).toEqual(['of attempt 2']))
  })

  test('are dropped with an attempt that is refused, and followed by one with other credentials', async () => {
    const { url } = await startServer({
      configure: (io) =>
        io.use((socket, next) => {
          const { token } = socket.handshake.auth as { token: string }
          socket.conn.write(`2["news","for token ${token}"]`)
          next(token === 'new' ? undefined : new Error('expired'))
        }),
    })
    const client = startClient(url, { auth: ({ reason }) => ({ token: reason === 'refused' ? 'new' : 'old' }) })
    const news: unknown[] = []
    client.on('news', (text: unknown) => news.push(text))
    await until(client, 'connected')
    await eventually(() => expect(news).toEqual(['for token new']))
  })

  test('end where a listener disconnects', async () => {
    const { url } = await startServer({ configure: (io) => writeEarly(io, 'one', 'two') })
    const client = startClient(url)
    const news: unknown[] = []
    client.on('news', (text: unknown) => {
      news.push(text)
      client.disconnect()
    })
    await until(client, 'disconnected')
    await delay(20)
    expect(news).toEqual(['one'])
  })

  test('P7 have a limit: more than 10,000 fail the attempt', async () => {
    expectNothingUncaught()
    const { url } = await startHostileServer((link) => {
      handshake(link)
      link.onPacket((packet) => {
        if (!packet.startsWith('40')) return
        link.send(`40{"sid":"socket-${link.number}"}`)
        if (link.number === 1) for (let n = 0; n <= 10_000; n += 1) link.send('42["news"]')
        else link.send(`42["$hello",${JSON.stringify(helloWith())}]`)
      })
    })
    const client = startClient(url, { rooms: roomful(), socket: { transports: ['websocket'] } })
    let news = 0
    client.on('news', () => (news += 1))
    const { reason, error } = await until(client, 'reconnecting')
    expect([reason, error.code, error.message]).toEqual([
      'server',
      'INVALID',
      'the server sent more than 10000 packets before the client was connected',
    ])
    await until(client, 'connected')
    expect(news).toBe(0)
  })
})
