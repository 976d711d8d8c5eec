import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { io } from 'socket.io-client'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { recordStatuses, startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

const namespaces = { configure: (server: import('socket.io').Server) => void [server.of('/a'), server.of('/b')] }

describe('CN4 clients of one origin', () => {
  test('share a connection for different namespaces; a disconnect of one leaves the other connected', async () => {
    const server = await startServer(namespaces)
    const [a, b] = [startClient(`${server.url}/a`), startClient(`${server.url}/b`)]
    await Promise.all([a.connect(), b.connect()])
    expect(server.connections).toBe(1)

    const statuses = recordStatuses(b)
    a.disconnect()
    await eventually(() => expect(server.io.of('/a').sockets.size).toBe(0))
    expect([server.io.of('/b').sockets.size, server.connections]).toEqual([1, 1])
    expect(statuses).toEqual(['connected'])

    b.disconnect()
    await eventually(() => expect(server.connections).toBe(0))
  })

  test('share one connection again after an outage', async () => {
    const server = await startServer(namespaces)
    const [a, b] = [startClient(`${server.url}/a`), startClient(`${server.url}/b`)]
    await Promise.all([a.connect(), b.connect()])
    await server.restart()
    await Promise.all([until(a, 'reconnecting'), until(b, 'reconnecting')])
    await Promise.all([until(a, 'connected'), until(b, 'connected')])
    expect([server.io.of('/a').sockets.size, server.io.of('/b').sockets.size, server.connections]).toEqual([1, 1, 1])
  })

  test('do not disturb each other when one is refused', async () => {
    const server = await startServer(namespaces)
    server.io.of('/b').use((_socket, next) => next(new Error('no')))
    const [a, b] = [startClient(`${server.url}/a`), startClient(`${server.url}/b`)]
    await a.connect()
    const statuses = recordStatuses(a)
    await expect(b.connect()).rejects.toMatchObject({ code: 'REFUSED' })
    expect(statuses).toEqual(['connected'])
  })

  test.each<[string, string, object]>([
    ['of the same namespace', '', {}],
    ['with other options', '/b', { query: { other: 'yes' } }],
    ['with forceNew', '/b', { forceNew: true }],
  ])('%s have a connection each', async (_name, path, socket) => {
    const server = await startServer(namespaces)
    const [a, b] = [startClient(`${server.url}/a`), startClient(`${server.url}${path || '/a'}`, { socket })]
    await Promise.all([a.connect(), b.connect()])
    expect(server.connections).toBe(2)
    a.disconnect()
    await eventually(() => expect(server.connections).toBe(1))
    expect(b.status).toBe('connected')
  })

  test.each([['before'], ['after']])("do not disturb the app's own io(), made %s them", async (when) => {
    const server = await startServer(namespaces)
    const own = () => {
      const socket = io(`${server.url}/b`, { reconnectionDelay: 5, reconnectionDelayMax: 5 })
      onTestFinished(() => void socket.disconnect())
      return socket
    }
    const early = when === 'before' ? own() : undefined
    const client = startClient(`${server.url}/a`)
    await client.connect()
    const socket = early ?? own()
    await eventually(() => expect(socket.connected).toBe(true))
    client.disconnect()
    await server.restart()
    await eventually(() => expect([socket.connected, server.connections]).toEqual([true, 1]))
  })
})

describe('CN3 a stuck shared connection', () => {
  /** Before a real server: the first connection is accepted, and nothing more comes of it. */
  async function startWithDeadFirst(): Promise<string> {
    const { port } = await startServer(namespaces)
    let connections = 0
    const gate = createServer((socket) => {
      connections += 1
      socket.on('error', () => {})
      if (connections === 1) return void socket.resume()
      const upstream = connect(port, '127.0.0.1')
      upstream.on('error', () => socket.destroy())
      socket.pipe(upstream).pipe(socket)
    })
    gate.listen(0, '127.0.0.1')
    await once(gate, 'listening')
    onTestFinished(() => void gate.close())
    return `http://127.0.0.1:${(gate.address() as AddressInfo).port}`
  }

  test('is given up by all clients, also while their attempts overlap', async () => {
    const url = await startWithDeadFirst()
    const options = {
      connectTimeoutMs: 400,
      reconnect: { minDelayMs: 1, maxDelayMs: 1 },
      socket: { transports: ['websocket'] },
    }
    // Out of step, so that one has an attempt running when the other's ends.
    const [a, b] = [startClient(`${url}/a`, options), startClient(`${url}/b`, { ...options, connectTimeoutMs: 270 })]
    void a.connect()
    void b.connect()
    await eventually(() => expect([a.status, b.status]).toEqual(['connected', 'connected']))
  })
})

describe('CN4 a slow namespace on a shared connection', () => {
  /** `/b` accepts clients only when the test lets it. */
  async function startSlow() {
    const waiting: (() => void)[] = []
    const server = await startServer(namespaces)
    server.io.of('/b').use((_socket, next) => void waiting.push(next))
    const a = startClient(`${server.url}/a`)
    await a.connect()
    return { server, a, waiting, inB: () => server.io.of('/b').sockets.size }
  }

  test('has one socket in the end, and does not disturb the other client', async () => {
    const { server, a, waiting, inB } = await startSlow()
    const statuses = recordStatuses(a)
    const b = startClient(`${server.url}/b`, { connectTimeoutMs: 400 })
    const most = vi.fn<(count: number) => void>()
    server.io.of('/b').on('connection', () => most(inB()))
    void b.connect()
    await eventually(() => expect(waiting.length).toBeGreaterThan(2))
    // The attempts that were given up are let in late, all at once, and the running one too.
    await expect
      .poll(() => {
        for (const next of waiting.splice(0)) next()
        return b.status
      })
      .toBe('connected')
    await eventually(() => expect(inB()).toBe(1))
    expect(statuses).toEqual(['connected'])
    expect(server.io.of('/a').sockets.size).toBe(1)
  })

  test('leaves no socket when it accepts after disconnect()', async () => {
    const { server, a, waiting, inB } = await startSlow()
    const b = startClient(`${server.url}/b`)
    void b.connect()
    await eventually(() => expect(waiting).toHaveLength(1))
    b.disconnect()
    const joined = once(server.io.of('/b'), 'connection')
    waiting[0]?.()
    await joined
    await eventually(() => expect(inB()).toBe(0))
    expect([a.status, b.status]).toEqual(['connected', 'disconnected'])

    void b.connect()
    await eventually(() => expect(waiting).toHaveLength(2))
    waiting[1]?.()
    await until(b, 'connected')
    expect(inB()).toBe(1)
  })
})
