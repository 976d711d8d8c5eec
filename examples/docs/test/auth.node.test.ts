import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient, roomful } from '@roomful/client'
import express from 'express'
import { MemoryStore, type Store } from 'express-session'
import { SignJWT, jwtVerify } from 'jose'
import { Server } from 'socket.io'
import { io as connectSocket } from 'socket.io-client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { chat } from './auth/contract.ts'
import { chatClient } from './auth/jwt-client.ts'
import { serveRooms } from './auth/jwt-server.ts'
import { POST } from './auth/route.ts'
import { cookieClient } from './auth/session-client.ts'
import { serveWithSessions } from './auth/session-server.ts'
import { signOut } from './auth/sign-out.ts'

// The code of docs/auth.md, run against real servers.

const key = new TextEncoder().encode('a key of the tests')

async function listen(http: HttpServer): Promise<string> {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

function tokenFor(roles: readonly string[], expiresAt: number): Promise<string> {
  return new SignJWT({ name: 'Ann', roles })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('ann')
    .setExpirationTime(expiresAt / 1000)
    .sign(key)
}

/** The server of the page with a token service, whose tokens live for `lifeMs` and have the `roles` of the moment. */
async function startJwt(lifeMs: number) {
  const now = { roles: ['staff'] as string[], asked: 0, signedOut: 0 }
  const http = createServer(async (request, response) => {
    if (request.url === '/sign-out') now.signedOut += 1
    if (request.url === '/token') {
      now.asked += 1
      return response.end(JSON.stringify({ token: await tokenFor(now.roles, Date.now() + lifeMs) }))
    }
    return response.end()
  })
  const io = new Server(http)
  const rooms = serveRooms(io, key)
  const url = await listen(http)
  onTestFinished(async () => {
    await io.close()
  })
  const client = chatClient(url, 'ann')
  onTestFinished(client.close)
  return { now, io, rooms, url, client }
}

test('jwt-server.ts, jwt-client.ts: a token is renewed on the same connection, and its claims are private', async () => {
  const { now, client } = await startJwt(4_000)
  const room = await client.join('staff')
  const state = client.connection.getState()
  expect(state).toMatchObject({ status: 'connected', user: { id: 'ann', name: 'Ann' } })
  expect(JSON.stringify(state)).not.toContain('roles')
  await expect.poll(() => now.asked, { timeout: 10_000 }).toBeGreaterThanOrEqual(2)
  await room.emit('message', { text: 'Hello' })
  expect(client.connection.getState()).toEqual(state)
})

test('jwt-server.ts: a role that the next token does not have any more ends the membership', async () => {
  const { now, client } = await startJwt(3_000)
  const staff = await client.join('staff')
  now.roles = []
  await expect.poll(() => staff.status, { timeout: 10_000 }).not.toBe('joined')
  expect(client.status).toBe('connected')
})

test('jwt-server.ts: a handler sees the claims', async () => {
  const { client } = await startJwt(60_000)
  const news = await client.join('news')
  await expect(news.emit('message', { text: 'Hello' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
})

test('jwt-server.ts: an expired token is UNAUTHORIZED, and a client asks for another one', async () => {
  const { now, client } = await startJwt(-60_000)
  await expect(client.connect()).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  expect(client.connection.getState()).toMatchObject({ status: 'disconnected', reason: 'refused' })
  expect(now.asked).toBe(2)
})

test.each([
  ['no name', { roles: [] }],
  ['no list of roles', { name: 'Ann', roles: null }],
])('jwt-server.ts: a token that is signed, but has %s, is UNAUTHORIZED', async (_what, claims) => {
  const io = new Server()
  const http = createServer()
  io.attach(http)
  serveRooms(io, key)
  const url = await listen(http)
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('ann')
    .setExpirationTime('1 hour')
    .sign(key)
  const client = createClient({ url, contract: chat, rooms: roomful(), auth: { token } })
  onTestFinished(async () => {
    client.close()
    await io.close()
  })
  await expect(client.connect()).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
})

const pageOrigin = 'https://chat.example'

/** The server of the page behind a proxy that ends TLS, and the cookie of a user who has signed in. */
async function startSessions(store: Store, maxAge: number) {
  vi.stubEnv('SESSION_SECRET', 'a secret of the tests')
  onTestFinished(() => void vi.unstubAllEnvs())
  const app = express()
  const http = createServer(app)
  const io = serveWithSessions(app, http, pageOrigin, store, maxAge)
  app.post('/sign-in', (request, response) => {
    request.session.user = { id: 'ann', name: 'Ann' }
    response.sendStatus(204)
  })
  const url = await listen(http)
  onTestFinished(async () => {
    await io.close()
  })
  const signedIn = await fetch(`${url}/sign-in`, { method: 'POST', headers: { 'x-forwarded-proto': 'https' } })
  const setCookie = signedIn.headers.get('set-cookie') ?? ''
  return { io, url, setCookie, cookie: setCookie.split(';')[0] ?? '' }
}

test('session-server.ts, session-client.ts: the cookie signs in, its use moves the end, and without a session there is no connection', async () => {
  const { url, cookie, setCookie } = await startSessions(new MemoryStore(), 4_000)
  expect(setCookie).toMatch(/HttpOnly; Secure; SameSite=Lax/)

  const stranger = cookieClient(url)
  onTestFinished(stranger.close)
  await expect(stranger.connect()).rejects.toMatchObject({ code: 'UNAUTHORIZED', message: /sign in/ })

  // A browser keeps cookies by itself.
  const ends: number[] = []
  const client = createClient({
    url,
    contract: chat,
    rooms: roomful(),
    socket: { extraHeaders: { cookie, origin: pageOrigin } },
    auth: async ({ reason, signal }) => {
      if (reason !== 'connect')
        ends.push((await fetch(`${url}/session`, { method: 'POST', headers: { cookie }, signal })).status)
      return {}
    },
  })
  onTestFinished(client.close)
  await client.connect()
  expect(client.connection.getState()).toMatchObject({ user: { id: 'ann', name: 'Ann' } })
  const { id } = client.connection.getState() as { id: string }
  // One at half of each life: the third comes after the end that the session had without its use.
  await expect.poll(() => ends.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3)
  expect(client.connection.getState()).toMatchObject({ status: 'connected', id })
})

test.each(['polling', 'websocket'])(
  'session-server.ts: a page of another site gets no session by %s',
  async (transport) => {
    const { io, url, cookie } = await startSessions(new MemoryStore(), 60_000)
    const connected = vi.fn<() => void>()
    io.engine.on('connection', connected)
    const answerTo = async (origin: string) => {
      const socket = connectSocket(url, {
        transports: [transport],
        extraHeaders: { cookie, origin },
        reconnection: false,
        forceNew: true,
      })
      onTestFinished(() => void socket.close())
      return new Promise<string>((resolve) => {
        socket.once('connect', () => resolve('connected'))
        socket.once('connect_error', () => resolve('refused'))
      })
    }
    expect(await answerTo('https://evil.example')).toBe('refused')
    expect(connected).not.toHaveBeenCalled()
    expect(await answerTo(pageOrigin)).toBe('connected')
  },
)

test('session-server.ts: a store that fails for a while does not sign the user out', async () => {
  const store = new MemoryStore()
  const { io, url, cookie } = await startSessions(store, 60_000)
  const client = createClient({
    url,
    contract: chat,
    rooms: roomful(),
    socket: { extraHeaders: { cookie }, transports: ['websocket'] },
    auth: () => ({}),
  })
  onTestFinished(client.close)
  // The handshake finds the session, and `authenticate` does not.
  const { get } = store
  let failures = 0
  io.engine.on('connection', () => {
    if (failures > 0) return
    store.get = (_id, answer) => {
      failures += 1
      store.get = get
      answer(new Error('the store is away'))
    }
  })
  const codes: (string | undefined)[] = []
  client.connection.subscribe(() =>
    codes.push((client.connection.getState() as { error?: { code: string } }).error?.code),
  )
  await client.connect()
  expect(failures).toBe(1)
  expect(codes).toContain('UNAVAILABLE')
  expect(codes).not.toContain('UNAUTHORIZED')
})

test('session-server.ts: does not start without a secret', () => {
  vi.stubEnv('SESSION_SECRET', undefined)
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(() => serveWithSessions(express(), createServer(), pageOrigin, new MemoryStore())).toThrow('SESSION_SECRET')
})

test('route.ts: gives a token to the user of the cookie, and none to others', async () => {
  vi.stubEnv('TOKEN_KEY', 'a key of the tests')
  onTestFinished(() => void vi.unstubAllEnvs())
  const ask = (headers: Record<string, string>) =>
    POST(new Request('https://chat.example/token', { method: 'POST', headers }))
  expect((await ask({})).status).toBe(401)
  const { token } = (await (await ask({ cookie: 'user=ann' })).json()) as { token: string }
  expect((await jwtVerify(token, key)).payload).toMatchObject({ sub: 'ann', name: 'ann', roles: ['staff'] })
})

test('sign-out.ts: ends the connection, and tells the server', async () => {
  const { client, io, now, url } = await startJwt(60_000)
  await client.connect()
  await signOut(client, url)
  await expect.poll(() => io.sockets.sockets.size).toBe(0)
  expect(now.signedOut).toBe(1)
})
