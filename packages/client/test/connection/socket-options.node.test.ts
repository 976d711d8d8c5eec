import { once } from 'node:events'
import { Agent, createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { SocketOptions } from '@roomful/client'
import { Server, type ServerOptions } from 'socket.io'
import { describe, expect, onTestFinished, test } from 'vitest'
import { certificate, privateKey } from '../support/certificate.ts'
import { startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

/** A Socket.IO server on an HTTP server of the test. */
async function startOn(http: HttpServer, scheme: 'http' | 'https', options: Partial<ServerOptions> = {}) {
  const io = new Server(http, options)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  onTestFinished(() => io.close())
  return { io, url: `${scheme}://127.0.0.1:${(http.address() as AddressInfo).port}` }
}

describe.each([['websocket'], ['polling']])('CN17 options of socket.io-client over %s', (transport) => {
  const transports = [transport]

  test('ca: a server with a certificate of an own authority is trusted; others are not', async () => {
    const { url } = await startOn(createHttpsServer({ cert: certificate, key: privateKey }), 'https')
    const stranger = startClient(url, { socket: { transports } })
    void stranger.connect()
    expect(await until(stranger, 'reconnecting')).toMatchObject({ error: { code: 'UNREACHABLE' } })
    for (const options of [{ ca: certificate }, { ca: [Buffer.from(certificate)] }, { rejectUnauthorized: false }]) {
      const client = startClient(url, { socket: { transports, ...options } })
      await client.connect()
      expect(client.status).toBe('connected')
    }
  })

  test('agent: makes the connections', async () => {
    const { url } = await startServer()
    let connections = 0
    class CountingAgent extends Agent {
      override createConnection(...args: Parameters<Agent['createConnection']>): ReturnType<Agent['createConnection']> {
        connections += 1
        return super.createConnection(...args)
      }
    }
    await startClient(url, { socket: { transports, agent: new CountingAgent() } }).connect()
    expect(connections).toBeGreaterThan(0)
  })

  test('extraHeaders and transportOptions: headers of the requests', async () => {
    const server = await startServer()
    const headers: unknown[] = []
    server.io.on('connection', ({ handshake }) => headers.push([handshake.headers['x-a'], handshake.headers['x-b']]))
    const transportOptions = { [transport]: { extraHeaders: { 'x-b': '2' } } }
    await startClient(server.url, { socket: { transports, extraHeaders: { 'x-a': '1' } } }).connect()
    await startClient(server.url, { socket: { transports, transportOptions } }).connect()
    expect(headers).toEqual([
      ['1', undefined],
      [undefined, '2'],
    ])
  })

  test.each<[string, Partial<ServerOptions>, SocketOptions]>([
    ['a path', { path: '/api/rt' }, { path: '/api/rt' }],
    ['a path with a slash', { path: '/api/rt' }, { path: '/api/rt/' }],
    [
      'a strict path without one',
      { path: '/api/rt', addTrailingSlash: false },
      { path: '/api/rt', addTrailingSlash: false },
    ],
  ])('%s', async (_name, options, socket) => {
    const { url } = await startOn(createHttpServer(), 'http', options)
    const client = startClient(url, { socket: { transports, ...socket } })
    await client.connect()
    expect(client.status).toBe('connected')
  })

  test('an undefined value is as if it was not given', async () => {
    const { url } = await startServer()
    const socket = { transports, path: undefined, upgrade: undefined, rejectUnauthorized: undefined }
    const client = startClient(url, { socket: socket as unknown as SocketOptions })
    await client.connect()
    expect(client.status).toBe('connected')
  })
})

test('CN17 tryAllTransports: connects by polling where a WebSocket is refused', async () => {
  const http = createHttpServer()
  const { url } = await startOn(http, 'http', { transports: ['polling'] })
  const transports = ['websocket', 'polling']
  const stranger = startClient(url, { socket: { transports } })
  void stranger.connect()
  expect(await until(stranger, 'reconnecting')).toMatchObject({ error: { code: 'UNREACHABLE' } })
  const client = startClient(url, { socket: { transports, tryAllTransports: true } })
  await client.connect()
  expect(client.status).toBe('connected')
})

describe('CN17 the query', () => {
  /** What each namespace's server side reads. */
  async function startQueried() {
    const seen: Record<string, unknown> = {}
    const server = await startServer({
      configure: (io) =>
        io.of(/.*/).on('connection', ({ nsp, handshake }) => {
          const own = Object.entries(handshake.query).filter(
            ([name]) => !['EIO', 'transport', 't', 'sid'].includes(name),
          )
          seen[nsp.name] = Object.fromEntries(own)
        }),
    })
    return { server, seen }
  }

  test.each<[string, string, string, object, object]>([
    ['of the url', '/a?token=alice', '/b?token=bob', {}, {}],
    ['of the url, for one namespace only', '/a?token=alice', '/b', {}, {}],
    ['of the options', '/a', '/b', { query: { token: 'alice' } }, { query: { token: 'bob' } }],
    ['of the url and of the options', '/a?token=alice', '/b', {}, { query: { token: 'bob' } }],
  ])('%s is that of each client, also of two namespaces', async (_name, first, second, one, other) => {
    const { server, seen } = await startQueried()
    const a = startClient(`${server.url}${first}`, { socket: one })
    const b = startClient(`${server.url}${second}`, { socket: other })
    await Promise.all([a.connect(), b.connect()])
    expect(seen).toEqual({
      '/a': { token: 'alice' },
      '/b': second === '/b' && !('query' in other) ? {} : { token: 'bob' },
    })
    await server.restart()
    await Promise.all([until(a, 'reconnecting'), until(b, 'reconnecting')])
    await Promise.all([until(a, 'connected'), until(b, 'connected')])
    expect(seen['/a']).toEqual({ token: 'alice' })
  })

  test('of the url is joined with that of the options, which win; encodings and "=" in values are kept', async () => {
    const { server, seen } = await startQueried()
    const url = `${server.url}/a?token=abc%3D%3D&plain=x==&broken=%&empty&both=url#fragment`
    await startClient(url, { socket: { query: { both: 'options', own: 'å' } } }).connect()
    expect(seen['/a']).toEqual({ token: 'abc==', plain: 'x==', broken: '%', empty: '', both: 'options', own: 'å' })
  })

  test('that is the same shares a connection, wherever it stands', async () => {
    const { server } = await startQueried()
    const a = startClient(`${server.url}/a?token=alice`)
    const b = startClient(`${server.url}/b`, { socket: { query: { token: 'alice' } } })
    await Promise.all([a.connect(), b.connect()])
    expect(server.connections).toBe(1)
  })

  test('is not in the sentence of an error, since it may hold a token', async () => {
    const server = await startServer()
    await server.close()
    const client = startClient(`${server.url}/a?token=secret`)
    void client.connect()
    const { error } = await until(client, 'reconnecting')
    expect(error.message).not.toContain('secret')
  })
})
