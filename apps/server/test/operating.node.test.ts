import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { wire } from '@roomful/contract/protocol'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createRequestListener } from '../src/http.ts'
import { log } from '../src/logs.ts'
import { createSessions } from '../src/sessions.ts'
import {
  addressOf,
  connect,
  longTimeout,
  open,
  postSession,
  signIn,
  startProcess,
  startTestServer,
  temporaryFolder,
} from './support.ts'

const cid = 'c'.repeat(22)

async function talk(url: string, token: string, text: string) {
  const socket = await connect(url, { token })
  const { epoch } = await socket.emitWithAck(wire.join, { room: 'secret-room' })
  const items = [{ n: 1, id: 'i'.repeat(16), event: 'message', data: { text } }]
  await socket.emitWithAck(wire.publish, { room: 'secret-room', epoch, cid, items })
  return socket
}

describe('/metrics', () => {
  it('serves the numbers of the server in the text format of Prometheus, on a port of its own', async () => {
    const server = await startTestServer({ metrics: { port: 0 } })
    const { token } = await signIn(server.url, 'Ann')
    await talk(server.url, token, 'hello')
    const response = await fetch(server.metricsUrl ?? '')
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    const lines = (await response.text()).split('\n')
    expect(lines).toEqual(
      expect.arrayContaining([
        '# TYPE roomful_connections gauge',
        'roomful_connections 1',
        'roomful_rooms 1',
        'roomful_members 1',
        'roomful_publishes_total{result="stored"} 1',
        'roomful_publishes_total{result="deferred"} 0',
        'roomful_refusals_total{code="RATE"} 0',
        '# TYPE roomful_commit_seconds histogram',
        'roomful_commit_seconds_bucket{le="+Inf"} 1',
        'roomful_commit_seconds_count 1',
        'roomful_fan_out_seconds_count 1',
      ]),
    )
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404)
  })

  it('has no label with a room, a user or an address', async () => {
    const server = await startTestServer({ metrics: { port: 0 } })
    const { token, user } = await signIn(server.url, 'Secret Name')
    await talk(server.url, token, 'secret text')
    const text = await (await fetch(server.metricsUrl ?? '')).text()
    const labels = new Set([...text.matchAll(/^roomful_\w+\{(\w+)=/gm)].map(([, label]) => label))
    expect(labels).toEqual(new Set(['result', 'code', 'bound', 'le']))
    for (const secret of ['secret', 'Secret', user.id, '127.0.0.1']) expect(text).not.toContain(secret)
  })

  it('is left out where another process uses the default port, and fails the start where the port was asked for', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const server = await startTestServer({ metrics: { port } })
    expect(server.metricsUrl).toBeUndefined()
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)

    const { exited } = startProcess({ PORT: '0', DATA_DIR: await temporaryFolder(), METRICS_PORT: String(port) })
    expect(await exited).toMatchObject({
      code: 1,
      stderr: `port ${port} of 127.0.0.1 is in use: set METRICS_PORT to another port, or to 0 for any free port\n`,
    })
  })
})

describe('/readyz', () => {
  it('answers 200 while the server takes messages', async () => {
    const server = await startTestServer()
    const ready = await fetch(`${server.url}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }])
  })

  it('answers 503 while the server closes or its log cannot be written, when /healthz still answers 200', async () => {
    const listener = createRequestListener(
      createSessions(new Uint8Array(32)),
      () => true,
      async () => false,
    )
    const http = createServer(listener).listen(0, '127.0.0.1')
    onTestFinished(() => void http.close())
    await once(http, 'listening')
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
    const response = await fetch(`${url}/readyz`)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      error: { code: 'UNAVAILABLE', message: 'the server is closing, or its log cannot be written' },
    })
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })
})

describe('the log of the process', () => {
  it('has a line of JSON an event', async () => {
    const server = startProcess({ PORT: '0', DATA_DIR: await temporaryFolder(), LOG_LEVEL: 'debug' })
    const url = await addressOf(server)
    const { token, user } = await signIn(url, 'Ann')
    const socket = await talk(url, token, 'hello')
    socket.disconnect()
    await expect.poll(() => server.output.stderr, longTimeout).toContain('"disconnect"')
    server.kill('SIGTERM')
    const { code, stderr } = await server.exited
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(code).toBe(0)
    expect(lines.map(({ msg }) => msg)).toEqual([
      'connect',
      'join',
      'publish',
      'leave',
      'disconnect',
      'closing',
      'closed',
    ])
    expect(lines[2]).toMatchObject({ level: 20, user: user.id, room: 'secret-room', stored: 1, refused: 0 })
  })

  it('SEC23 SEC31 has no token, no session id and no text of a message, whatever fails', async () => {
    const server = startProcess({ PORT: '0', DATA_DIR: await temporaryFolder(), LOG_LEVEL: 'trace' })
    const url = await addressOf(server)
    const { token } = await signIn(url, 'Ann')
    const socket = await talk(url, token, 'secret-text')
    const ids = [socket.id, socket.io.engine.id]
    // A token that is not valid, and one in the address, by both transports.
    for (const transport of ['polling', 'websocket'] as const) {
      const refused = open(url, {
        auth: { token: `${token}x` },
        query: { token },
        transports: [transport],
        reconnection: false,
      })
      await new Promise((resolve) => refused.once('connect_error', resolve))
    }
    const polling = open(url, { auth: { token }, transports: ['polling'] })
    await new Promise<void>((resolve) => polling.once('connect', () => resolve()))
    ids.push(polling.id, polling.io.engine.id)
    await fetch(`${url}/socket.io/?EIO=4&transport=polling&sid=${polling.io.engine.id}`, {
      method: 'POST',
      body: 'secret-text',
    })
    await fetch(`${url}/socket.io/?EIO=4&transport=polling&sid=secret-sid&token=${token}`)
    await fetch(`${url}/session?token=${token}`, { method: 'POST', body: '{ "secret-text"' })
    await postSession(url, { token: `${token}x` })
    await socket.emitWithAck('$secret-text', { text: 'secret-text' })
    await socket.emitWithAck('create_room', { name: { 'secret-text': true } })
    const conflict = {
      room: 'secret-room',
      epoch: 'secret-text',
      cid,
      items: [{ n: 1, id: 'i'.repeat(16), event: 'message', data: 'secret-text' }],
    }
    await socket.emitWithAck(wire.publish, conflict)
    socket.emit('error', 'secret-text')
    socket.disconnect()
    await expect.poll(() => server.output.stderr, longTimeout).toContain('"disconnect"')
    server.kill('SIGTERM')
    const { stdout, stderr } = await server.exited
    expect(stderr.match(/"msg":"refuse"/g)?.length).toBe(2)
    const [, payload = '', signature = ''] = token.split('.')
    expect(ids.every((id) => typeof id === 'string' && id.length >= 20)).toBe(true)
    for (const secret of [token, payload, signature, 'secret-text', 'secret-sid', 'sid=', 'token=', ...ids])
      expect(stdout + stderr).not.toContain(secret)
  })

  it('SEC31 an error is logged by its name, code, sentence and stack, not by its fields', async () => {
    const server = await startTestServer()
    const written: string[] = []
    log.level = 'error'
    onTestFinished(() => void (log.level = 'silent'))
    const stream = (log as unknown as Record<symbol, { write(line: string): void }>)[
      Object.getOwnPropertySymbols(log).find((symbol) => symbol.description === 'pino.stream') as symbol
    ]
    vi.spyOn(stream as { write(line: string): void }, 'write').mockImplementation((line) => void written.push(line))
    const error = Object.assign(new TypeError('it failed', { cause: new Error('why') }), { token: 'secret-token' })
    log.error({ err: error }, 'a test')
    expect(JSON.parse(written[0] ?? '')).toMatchObject({
      msg: 'a test',
      err: { type: 'TypeError', message: 'it failed', stack: expect.any(String), cause: { message: 'why' } },
    })
    expect(written[0]).not.toContain('secret-token')
    expect(server.url).toMatch(/^http/)
  })
})
