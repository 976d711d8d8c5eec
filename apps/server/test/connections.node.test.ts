import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import type { Socket } from 'socket.io-client'
import { describe, expect, it } from 'vitest'
import { connect, open, longTimeout, postSession, signIn, startTestServer } from './support.ts'

describe('SEC14 the origin of a socket', () => {
  const attempt = (url: string, transport: 'polling' | 'websocket', origin?: string): Promise<string> => {
    const extraHeaders = origin === undefined ? {} : { origin }
    const socket = open(url, { transports: [transport], extraHeaders, reconnection: false })
    return new Promise((resolve) => {
      socket.once('connect', () => resolve('connected'))
      socket.once('connect_error', () => resolve('refused'))
    })
  }

  describe.each(['polling', 'websocket'] as const)('by %s', (transport) => {
    it.each(['https://evil.example', 'null', 'http://localhost.evil.example'])('refuses %s', async (origin) => {
      const { url } = await startTestServer()
      expect(await attempt(url, transport, origin)).toBe('refused')
    })

    it.each(['http://localhost:5173', 'http://127.0.0.1:4173', undefined])('accepts %s', async (origin) => {
      const { url } = await startTestServer()
      expect(await attempt(url, transport, origin)).toBe('connected')
    })
  })

  it('refuses a handshake before a session is created', async () => {
    const { url } = await startTestServer({ origins: ['https://chat.example'] })
    const handshake = (origin: string) => fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } })
    const refused = await handshake('http://localhost:5173')
    expect(refused.status).toBe(403)
    expect(await refused.json()).toEqual({ code: 4, message: 'this origin is not allowed' })
    const accepted = await handshake('https://chat.example')
    expect(accepted.headers.get('access-control-allow-origin')).toBe('https://chat.example')
    expect(await accepted.text()).toMatch(/"sid"/)
  })
})

it('SEC30 only `auth` of the handshake signs a user in: no cookie, header or query does, and no cookie is set', async () => {
  const { url } = await startTestServer()
  const { token } = await signIn(url, 'Ann')
  const join = async (socket: Socket): Promise<unknown> =>
    socket.timeout(10_000).emitWithAck('$join', { room: 'general' })
  expect(await join(await connect(url, { token }))).toMatchObject({ ok: true })
  const headers = { cookie: `token=${token}; session=${token}; io=${token}`, authorization: `Bearer ${token}` }
  for (const transport of ['polling', 'websocket']) {
    const socket = open(url, { transports: [transport], extraHeaders: headers, query: { token, auth: token } })
    await new Promise<void>((resolve) => socket.once('connect', resolve))
    expect(await join(socket)).toMatchObject({ ok: false, code: 'FORBIDDEN' })
  }
  const answers = [await postSession(url, { name: 'Bob' }), await fetch(`${url}/socket.io/?EIO=4&transport=polling`)]
  for (const { status, headers: sent } of answers) expect([status, sent.get('set-cookie')]).toEqual([200, null])
})

it('uses the given ping interval and timeout', async () => {
  const { url } = await startTestServer({ pingIntervalMs: 5000, pingTimeoutMs: 4000 })
  const response = await fetch(`${url}/socket.io/?EIO=4&transport=polling`)
  expect(await response.text()).toMatch(/"pingInterval":5000,"pingTimeout":4000,"maxPayload":131072/)
})

it('close() also ends a connection with an unfinished request', async () => {
  const server = await startTestServer()
  const pending = connectTcp(server.port, '127.0.0.1')
  pending.on('error', () => {}) // the server destroys the connection
  pending.write('POST /session HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{')
  await once(pending, 'connect')
  await server.close()
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed')
  await expect.poll(() => pending.destroyed, longTimeout).toBe(true)
})

describe('slow clients', () => {
  const openTcp = (url: string, head: string): { readonly closed: Promise<unknown> } => {
    const socket = connectTcp(Number(new URL(url).port), '127.0.0.1')
    socket.on('error', () => {}) // `close` follows
    socket.write(head)
    socket.resume()
    return { closed: once(socket, 'close') }
  }

  it.each([
    ['sends nothing', () => ''],
    ['never ends its head', () => 'GET /healthz HTTP/1.1\r\nHost: x\r\nA: '],
    ['never ends its body', () => 'POST /session HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{'],
    [
      'never ends the body of a poll',
      (sid: string) =>
        `POST /socket.io/?EIO=4&transport=polling&sid=${sid} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n4`,
    ],
  ])('S13 a connection that %s is ended after the time of a request', async (_, head) => {
    const { url } = await startTestServer({ requestTimeoutMs: 300 })
    const opened = await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text()
    const { sid } = JSON.parse(opened.slice(1)) as { sid: string }
    await openTcp(url, head(sid)).closed
    expect((await connect(url)).connected).toBe(true)
  })

  it('S13 a WebSocket that sends nothing after its handshake is ended', async () => {
    const { url } = await startTestServer()
    const key = Buffer.alloc(16).toString('base64')
    const lines = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
    const head = ['GET /socket.io/?EIO=4&transport=websocket HTTP/1.1', ...lines, `Sec-WebSocket-Key: ${key}`]
    await openTcp(url, `${head.join('\r\n')}\r\n\r\n`).closed
    expect((await connect(url)).connected).toBe(true)
  })
})
