import { type ClientOptions, createClient } from '@roomful/client/light'
import { createProxy } from '@roomful/testing/proxy'
import { WebSocket } from 'ws'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { burstsScript, flaskMissing, startFlask } from '../support/start-flask.ts'
import { recordStatuses, soon, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

function start(url: string, options: Partial<ClientOptions> = {}) {
  const client = createClient({ url, reconnect: soon, ...options, socket: { WebSocket, ...options.socket } })
  onTestFinished(client.close)
  return client
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

describe('LT2 LT3 with Socket.IO 4.8', () => {
  test('events, answers and binary data arrive in both directions, of two namespaces on one connection', async () => {
    const auths: unknown[] = []
    const server = await startServer({
      configure: (io) => {
        for (const name of ['/', '/chat'])
          io.of(name).on('connection', (socket) => {
            auths.push([name, socket.handshake.auth])
            socket.on('echo', (...args: unknown[]) => (args.pop() as (...values: unknown[]) => void)(...args))
            socket.on('ask me', (value: unknown, done: () => void) =>
              socket.emit('question', value, bytes(1), (...answer: unknown[]) => {
                socket.emit('answered', ...answer)
                done()
              }),
            )
          })
      },
    })
    for (const path of ['', '/chat']) {
      const client = start(`${server.url}${path}`, { auth: { name: path } })
      const heard: unknown[] = []
      client.on('question', (value: unknown, part: ArrayBuffer, answer: (...values: unknown[]) => void) =>
        answer(value, bytes(...new Uint8Array(part), 2)),
      )
      client.on('answered', (...args: unknown[]) => heard.push(args))
      expect(await client.emitWithAck('echo', 1, 'zwei', { drei: bytes(3, 4) })).toEqual([
        1,
        'zwei',
        { drei: bytes(3, 4).buffer },
      ])
      await client.emitWithAck('ask me', { deep: [bytes(9)] })
      await eventually(() => expect(heard).toEqual([[{ deep: [bytes(9).buffer] }, bytes(1, 2).buffer]]))
    }
    expect(auths).toEqual([
      ['/', { name: '' }],
      ['/chat', { name: '/chat' }],
    ])
    expect(server.connections).toBe(1)
  })

  test('a refusal has the code and the data of the server', async () => {
    const refusal = Object.assign(new Error('no entry'), { data: { code: 'FORBIDDEN', why: [1] } })
    const server = await startServer({ configure: (io) => io.use((_socket, next) => next(refusal)) })
    await expect(start(server.url).connect()).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: 'the server refused the connection: no entry',
      refusal: { code: 'FORBIDDEN', message: 'no entry', data: refusal.data },
    })
    await eventually(() => expect(server.connections).toBe(0))
  })

  test('a disconnect by the server is for good; heartbeats are answered until then', async () => {
    const server = await startServer({ options: { pingInterval: 20, pingTimeout: 200 } })
    const client = start(server.url)
    const pongs = vi.fn<() => void>()
    server.io.engine.on('connection', (connection: NodeJS.EventEmitter) => connection.on('heartbeat', pongs))
    await client.connect()
    await eventually(() => expect(pongs.mock.calls.length).toBeGreaterThan(3))
    server.kickAll()
    expect(await until(client, 'disconnected')).toMatchObject({ reason: 'kicked', error: { code: 'KICKED' } })
  })

  test('a cut and a silent network are noticed, and the client connects again', async () => {
    const server = await startServer({ options: { pingInterval: 40, pingTimeout: 60 } })
    const proxy = await createProxy({ target: { port: server.port } })
    onTestFinished(() => proxy.close())
    const client = start(proxy.url)
    await client.connect()
    const statuses = recordStatuses(client)
    proxy.cut()
    await until(client, 'reconnecting')
    await until(client, 'connected')
    proxy.strand()
    expect(await until(client, 'reconnecting')).toMatchObject({
      error: { code: 'DISCONNECTED', message: 'the connection was lost (ping timeout)' },
    })
    await until(client, 'connected')
    expect(statuses).toEqual(['connected', 'reconnecting', 'connected', 'reconnecting', 'connected'])
  })
})

test.skipIf(flaskMissing())('LT2 with Flask-SocketIO, events, answers and binary data arrive', async () => {
  const flask = await startFlask(burstsScript, { MODE: 'eventlet' })
  onTestFinished(() => flask.stop())
  const client = start(flask.url)
  const numbers = Array.from({ length: 40 }, (_, n) => n)
  for (const n of numbers) client.emit('say', n, bytes(n), bytes(n, n))
  await eventually(async () => expect(await client.emitWithAck('report')).toMatchObject({ said: numbers, connects: 1 }))
})
