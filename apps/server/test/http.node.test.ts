import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { log } from '../src/logs.ts'
import { postSession, signIn, startTestServer } from './support.ts'

const bodyRule = 'expected the JSON { "name": "…" } to sign in, or { "token": "…" } to renew a session'

it('GET /healthz answers with the status ok', async () => {
  const { url } = await startTestServer()
  const response = await fetch(`${url}/healthz?from=probe`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(await response.text()).toBe('{"status":"ok"}')
})

describe('POST /session', () => {
  it('signs a guest in for an hour, and renews the session of the same user', async () => {
    const { url } = await startTestServer()
    const before = Date.now()
    const first = await signIn(url, '  Ann ')
    expect(first).toEqual({
      token: expect.any(String),
      expiresAt: expect.any(Number),
      user: { id: expect.any(String), name: 'Ann' },
    })
    expect(first.expiresAt).toBeGreaterThan(before + 3_590_000)
    expect(first.expiresAt).toBeLessThanOrEqual(Date.now() + 3_600_000)

    const renewed = await postSession(url, { token: first.token })
    expect(renewed.status).toBe(200)
    expect(renewed.headers.get('cache-control')).toBe('no-store')
    expect(await renewed.json()).toMatchObject({ token: expect.any(String), user: first.user })
  })

  it('refuses a name of only spaces and says what was expected', async () => {
    const { url } = await startTestServer()
    const response = await postSession(url, { name: '   ' })
    expect(response.status).toBe(400)
    const message = expect.stringMatching(/^name: expected 1 to 40 visible characters/)
    expect(await response.json()).toEqual({ error: { code: 'SHAPE', message } })
  })

  it('refuses an invalid token and does not log it', async () => {
    const { url } = await startTestServer()
    const logged = vi.spyOn(log, 'error')
    const response = await postSession(url, { token: 'not-a-token' })
    expect(response.status).toBe(401)
    const error = { code: 'UNAUTHORIZED', message: 'the token is not valid; sign in again' }
    expect(await response.json()).toEqual({ error })
    expect(logged).not.toHaveBeenCalled()
  })

  it.each(['', '{', 'null', '[]', '"Ann"', '{}', '{"name":5}', '{"token":null}', '{"__proto__":{"name":"Ann"}}'])(
    'refuses the body %j and says what was expected',
    async (body) => {
      const { url } = await startTestServer()
      const response = await postSession(url, body)
      expect(response.status).toBe(400)
      expect(await response.json()).toEqual({ error: { code: 'SHAPE', message: bodyRule } })
    },
  )

  it('refuses a body over 4096 bytes', async () => {
    const { url } = await startTestServer()
    const body = (bytes: number) => JSON.stringify({ name: 'Ann', more: 'x'.repeat(bytes - 24) })
    expect(body(4096)).toHaveLength(4096)
    expect((await postSession(url, body(4096))).status).toBe(200)
    const response = await postSession(url, body(4097))
    expect(response.status).toBe(413)
    expect(response.headers.get('connection')).toBe('close')
    expect(await response.json()).toEqual({
      error: { code: 'TOO_LARGE', message: 'expected a body of at most 4096 bytes' },
    })
  })
})

describe('unknown requests', () => {
  it.each(['/', '/sessions', '//', '/__proto__', '/constructor'])('get a 404 for the path %s', async (path) => {
    const { url } = await startTestServer()
    const response = await fetch(url + path)
    expect(response.status).toBe(404)
    const message = 'unknown path: expected GET /healthz, GET /readyz or POST /session'
    expect(await response.json()).toEqual({ error: { code: 'NOT_FOUND', message } })
  })

  it('get a 405 for the wrong method, with the right one', async () => {
    const { url } = await startTestServer()
    const response = await fetch(`${url}/session`)
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST, OPTIONS')
    expect(await response.json()).toEqual({
      error: { code: 'METHOD_NOT_ALLOWED', message: '/session takes POST, not GET' },
    })
  })
})

describe('origins', () => {
  it.each(['http://localhost:5173', 'http://127.0.0.1:4173', 'https://localhost', 'http://[::1]:80'])(
    'accepts a page of this machine at %s',
    async (origin) => {
      const { url } = await startTestServer()
      const preflight = await fetch(`${url}/session`, { method: 'OPTIONS', headers: { origin } })
      expect(preflight.status).toBe(204)
      expect(preflight.headers.get('access-control-allow-methods')).toBe('POST')
      expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type')
      const response = await postSession(url, { name: 'Ann' }, { origin })
      expect(response.status).toBe(200)
      expect(response.headers.get('access-control-allow-origin')).toBe(origin)
      expect(response.headers.get('vary')).toBe('Origin')
    },
  )

  it.each(['https://evil.example', 'null', 'http://localhost.evil.example', 'http://localhost:1@evil.example'])(
    'refuses the origin %s',
    async (origin) => {
      const { url } = await startTestServer()
      const response = await postSession(url, { name: 'Ann' }, { origin })
      expect(response.status).toBe(403)
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
      expect(await response.json()).toEqual({
        error: { code: 'FORBIDDEN', message: `the origin ${origin} is not allowed` },
      })
    },
  )

  it('accepts only the given origins', async () => {
    const { url } = await startTestServer({ origins: ['https://chat.example'] })
    expect((await postSession(url, { name: 'Ann' }, { origin: 'https://chat.example' })).status).toBe(200)
    expect((await postSession(url, { name: 'Ann' }, { origin: 'http://localhost:5173' })).status).toBe(403)
    expect((await postSession(url, { name: 'Ann' })).status).toBe(200)
  })
})

it('the server continues and logs nothing when a client breaks off a request', async () => {
  const { url, port } = await startTestServer()
  const logged = vi.spyOn(log, 'error')
  const broken = connectTcp(port, '127.0.0.1')
  broken.write('POST /session HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"name"')
  await once(broken, 'connect')
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  broken.resetAndDestroy()
  await once(broken, 'close')
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  expect(logged).not.toHaveBeenCalled()
})

it('POST /demo/forget-log makes the log begin anew where the demo’s faults are on, and is unknown otherwise', async () => {
  const forget = async (url: string) => (await fetch(`${url}/demo/forget-log`, { method: 'POST' })).status
  expect(await forget((await startTestServer()).url)).toBe(404)
  const { url } = await startTestServer({ demoFaults: true })
  expect(await forget(url)).toBe(200)
})
