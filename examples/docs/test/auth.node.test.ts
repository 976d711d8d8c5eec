import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient, roomful } from '@roomful/client'
import express from 'express'
import { MemoryStore } from 'express-session'
import { SignJWT, jwtVerify } from 'jose'
import { Server } from 'socket.io'
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

test('session-server.ts, session-client.ts: the cookie signs in, its use moves the end, and without a session there is no connection', async () => {
  const store = new MemoryStore()
  const app = express()
  const http = createServer(app)
  const io = serveWithSessions(app, http, store, 4_000)
  app.post('/sign-in', (request, response) => {
    request.session.user = { id: 'ann', name: 'Ann' }
    response.sendStatus(204)
  })
  const url = await listen(http)
  onTestFinished(async () => {
    await io.close()
  })

  const stranger = cookieClient(url)
  onTestFinished(stranger.close)
  await expect(stranger.connect()).rejects.toMatchObject({ code: 'UNAUTHORIZED', message: /sign in/ })

  // A browser keeps cookies by itself.
  const signedIn = await fetch(`${url}/sign-in`, { method: 'POST' })
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  const ends: number[] = []
  const client = createClient({
    url,
    contract: chat,
    rooms: roomful(),
    socket: { extraHeaders: { cookie } },
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
  await new Promise((resolve) => setTimeout(resolve, 5_000)) // longer than the session without its use
  expect(ends.length).toBeGreaterThanOrEqual(1)
  expect(client.connection.getState()).toMatchObject({ status: 'connected', id })
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
