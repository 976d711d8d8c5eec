import type { RoomfulError } from '@roomful/client'
import { Fetch } from 'engine.io-client'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { burstsScript, flaskMissing, startFlask } from '../support/start-flask.ts'
import { recordInspect, recordStatuses, rejection, startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'
import { overPolling, transports } from '../support/transports.ts'

const LIMIT = 10_000

/** A server that takes little, and what it gets; its POSTs are refused beyond `proxyLimit`, of which no handshake tells. */
async function startSmall({ proxyLimit = Infinity } = {}) {
  expectNothingUncaught()
  const said: unknown[] = []
  const server = await startServer({
    options: { maxHttpBufferSize: LIMIT },
    configure: (io) => {
      io.engine.use(
        (
          request: import('node:http').IncomingMessage,
          response: import('node:http').ServerResponse,
          next: () => void,
        ) => {
          if (Number(request.headers['content-length'] ?? 0) > proxyLimit) response.writeHead(413).end()
          else next()
        },
      )
      io.on('connection', (socket) => {
        socket.on('say', (value: unknown) => said.push(typeof value === 'number' ? value : 'data'))
        socket.on('sync', (ack: () => void) => ack())
        socket.on('ask', (_value: unknown, ack: (answer: string) => void) => ack('answer'))
        socket.on('join', (_params: unknown, ack: () => void) => ack())
      })
    },
  })
  return { server, said }
}

function startReporting(url: string, transport: string | object) {
  const drops: [event: string, code: string, message: string][] = []
  const onDrop = ({ event, error }: { event: string; error: RoomfulError }) =>
    drops.push([event, error.code, error.message])
  const { inspect, ofType } = recordInspect()
  const client = startClient(url, { socket: { transports: [transport] }, onDrop, inspect })
  return { client, drops, ofType, statuses: recordStatuses(client) }
}

describe.each<[string, string | object]>([
  ['websocket', 'websocket'],
  ...overPolling<[string, string | object]>(['polling', 'polling'], ['the transport Fetch of the app', Fetch]),
])('EM14 over %s, an event that is larger than the server takes', (_name, transport) => {
  test('is dropped with its sizes, and the others arrive on the same connection', async () => {
    const { server, said } = await startSmall()
    const { client, drops, statuses } = startReporting(server.url, transport)
    await client.emitWithAck('sync')
    client.emit('say', 1)
    expect(client.emit('say', 'x'.repeat(LIMIT))).toBe(false)
    client.emit('say', 2)
    await eventually(() => expect(said).toEqual([1, 2]))
    const sentence = `"say" was not sent: it has ${LIMIT + 12} bytes, and the server takes at most ${LIMIT} (its maxHttpBufferSize)`
    expect(drops).toEqual([['say', 'TOO_LARGE', sentence]])
    expect(statuses).toEqual(['idle', 'connecting', 'connected'])
  })

  test('is dropped from the queue of an outage', async () => {
    const { server, said } = await startSmall()
    const { client, drops, statuses } = startReporting(server.url, transport)
    for (const value of [1, 'x'.repeat(LIMIT), 2]) expect(client.emit('say', value)).toBe(true)
    await eventually(() => expect(said).toEqual([1, 2]))
    expect(drops).toMatchObject([['say', 'TOO_LARGE', expect.any(String)]])
    expect(statuses).toEqual(['idle', 'connecting', 'connected'])
  })

  test('is counted in UTF-8 and with its binary parts; the largest one arrives', async () => {
    const { server, said } = await startSmall()
    const { client, drops, statuses } = startReporting(server.url, transport)
    await client.emitWithAck('sync')
    const overhead = '42["say",""]'.length
    client.emit('say', 'é'.repeat((LIMIT - overhead) / 2)) // fits exactly
    client.emit('say', `${'é'.repeat((LIMIT - overhead) / 2)}x`)
    client.emit('say', new Uint8Array(LIMIT * 0.7))
    client.emit('say', new Uint8Array(LIMIT + 1))
    await eventually(() => expect(said).toEqual(['data', 'data']))
    expect(drops.map(([, code]) => code)).toEqual(['TOO_LARGE', 'TOO_LARGE'])
    expect(statuses).toEqual(['idle', 'connecting', 'connected'])
  })

  test('fails a request, a join and a volatile emit, each with TOO_LARGE', async () => {
    const { server } = await startSmall()
    const { client, ofType, statuses } = startReporting(server.url, transport)
    await client.emitWithAck('sync')
    const data = 'x'.repeat(LIMIT)
    expect(await rejection(client.emitWithAck('ask', data))).toMatchObject({ code: 'TOO_LARGE' })
    expect(await client.emitWithAck('ask', 1)).toBe('answer')
    expect(await rejection(client.join('general', { params: { data } }))).toMatchObject({ code: 'TOO_LARGE' })
    expect(client.volatile.emit('say', data)).toBe(false)
    expect(ofType('drop').at(-1)).toMatchObject({
      event: 'say',
      reason: expect.stringContaining('was not sent') as string,
    })
    expect(statuses).toEqual(['idle', 'connecting', 'connected'])
  })
})

describe.each(
  overPolling<[string, string | object]>(['polling', 'polling'], ['the transport Fetch of the app', Fetch]),
)('EM15 by %s, where a proxy takes less than the server says', (_name, transport) => {
  test('the event ends the connection once; each event that was lost with it is reported, and later ones arrive', async () => {
    const { server, said } = await startSmall({ proxyLimit: 2_000 })
    const { client, drops, statuses } = startReporting(server.url, transport)
    await client.emitWithAck('sync')
    client.emit('say', 'x'.repeat(3_000))
    for (let n = 1; n < 40; n += 1) client.emit('say', n)
    await until(client, 'reconnecting')
    await until(client, 'connected')
    const reported = drops.length
    client.emit('say', 100)
    await eventually(() => expect(said.at(-1)).toBe(100))
    // What was neither reported nor received would be lost without a word.
    expect(reported + said.length).toBe(41)
    expect(drops[0]).toEqual(['say', 'UNKNOWN', expect.stringContaining('it may or may not have arrived')])
    expect(drops.at(-1)).toEqual(['say', 'DISCONNECTED', '"say" was not sent: the connection was lost before'])
    expect(statuses).toEqual(['idle', 'connecting', 'connected', 'reconnecting', 'connected'])
  })

  test('an event with binary data is reported once', async () => {
    const { server } = await startSmall({ proxyLimit: 2_000 })
    const { client, drops } = startReporting(server.url, transport)
    await client.emitWithAck('sync')
    client.emit('say', new Uint8Array(2_000), new Uint8Array(1), new Uint8Array(1))
    await until(client, 'reconnecting')
    expect(drops).toHaveLength(1)
  })
})

test.each(transports)(
  'EM14 over %s, credentials that are larger than the server takes end the client at once, on a shared connection too',
  async (transport) => {
    const { server } = await startSmall()
    const socket = { transports: [transport] }
    const other = startClient(server.url, { socket })
    for (const url of [server.url, `${server.url}/other`]) {
      const client = startClient(url, { socket, auth: { token: 'x'.repeat(LIMIT) } })
      expect(await rejection(client.connect())).toMatchObject({
        code: 'TOO_LARGE',
        message: expect.stringMatching(/^auth was not sent: it has \d+ bytes, and the server takes at most/) as string,
      })
      expect(client.connection.getState()).toMatchObject({ status: 'disconnected', reason: 'refused' })
      await other.connect()
    }
    expect(other.status).toBe('connected')
  },
)

test('EM14 after credentials that are too large, auth is asked once for others', async () => {
  const { server } = await startSmall()
  const auth = ({ reason }: { reason: string }) => ({ token: 'x'.repeat(reason === 'refused' ? 1 : LIMIT) })
  const client = startClient(server.url, { auth })
  await client.connect()
  expect(client.status).toBe('connected')
})

describe('EM15 the end of a connection', () => {
  test('over a WebSocket reports what was sent shortly before, since the server confirms none of it', async () => {
    const { server } = await startSmall()
    const { client, drops } = startReporting(server.url, 'websocket')
    await client.emitWithAck('sync')
    client.emit('say', 1)
    server.io.engine.close()
    await until(client, 'reconnecting')
    expect(drops).toEqual([['say', 'UNKNOWN', expect.stringContaining('it may or may not have arrived')]])
  })

  test.each(transports)('by disconnect() is no loss, over %s', async (transport) => {
    const { server } = await startSmall()
    const { client, drops } = startReporting(server.url, transport)
    await client.emitWithAck('sync')
    for (let n = 0; n < 40; n += 1) client.emit('say', n)
    client.disconnect()
    await eventually(() => expect(server.sockets).toBe(0))
    expect(drops).toEqual([])
  })

  test.each(overPolling('polling'))('by the server reports what had not left, over %s', async (transport) => {
    const { server, said } = await startSmall()
    const { client, drops } = startReporting(server.url, transport)
    await client.emitWithAck('sync')
    vi.spyOn(Math, 'random').mockReturnValue(0.999)
    onTestFinished(() => void vi.restoreAllMocks())
    for (let n = 0; n < 40; n += 1) client.emit('say', n)
    await server.close()
    await until(client, 'reconnecting')
    expect(drops.length + said.length).toBeGreaterThanOrEqual(40)
    expect(drops.at(-1)).toMatchObject(['say', 'DISCONNECTED', expect.any(String)])
  })
})

test.skipIf(flaskMissing()).each(transports)(
  'EM15 over %s, Flask of Debian does not tell its limit: what is lost with a larger event is reported',
  async (transport) => {
    const flask = await startFlask(burstsScript, { MODE: transport === 'polling' ? 'threading' : 'eventlet' })
    onTestFinished(() => flask.stop())
    const { client, drops } = startReporting(flask.url, transport)
    await client.emitWithAck('report')
    client.emit('say', 1)
    client.emit('say', 'x'.repeat(1_000_000))
    client.emit('say', 2)
    await until(client, 'reconnecting')
    client.emit('say', 3)
    const report = async () => ((await client.emitWithAck('report')) as { said: unknown[] }).said
    await eventually(async () => expect((await report()).at(-1)).toBe(3))
    const arrived = (await report()).filter((value) => typeof value === 'number')
    expect(drops.length + arrived.length).toBeGreaterThanOrEqual(4)
    expect(drops.map(([, code]) => code)).toContain('UNKNOWN')
  },
)
