import { createProxy } from '@roomful/testing/proxy'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { burstsScript, flaskMissing, startFlask } from '../support/start-flask.ts'
import { recordStatuses, startClient, until } from '../support/test-client.ts'
import { startServer, type TestServer } from '../support/test-server.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'
import { transports } from '../support/transports.ts'

/** Heartbeats as servers have them, so that no test can pass by a missed one. */
const options = { pingInterval: 25_000, pingTimeout: 20_000 }

async function startBehindProxy(target: { readonly port: number }, transports: string[], path = '') {
  expectNothingUncaught()
  const proxy = await createProxy({ target })
  onTestFinished(() => proxy.close())
  const client = startClient(`${proxy.url}${path}`, { socket: { transports } })
  await client.connect()
  return { proxy, client, statuses: recordStatuses(client) }
}

/** The server could send now: by polling, the next poll has come. */
async function untilListening({ io }: TestServer): Promise<void> {
  const engines = (io.engine as unknown as { clients: Record<string, { transport: { writable: boolean } }> }).clients
  await eventually(() => expect(Object.values(engines).map(({ transport }) => transport.writable)).toEqual([true]))
}

/** Lets time pass of which timers know nothing, as while a machine sleeps. */
function sleep(ms: number): void {
  const now = Date.now
  vi.spyOn(Date, 'now').mockImplementation(() => now() + ms)
  onTestFinished(() => void vi.restoreAllMocks())
}

describe.each(transports)('CN16 wake() over %s', (transport) => {
  test('ends a connection whose heartbeat is overdue at once, and connects at once', async () => {
    const server = await startServer({ options })
    const { proxy, client, statuses } = await startBehindProxy(server, [transport])
    proxy.strand()
    sleep(600_000)
    client.wake()
    expect(client.connection.getState()).toMatchObject({
      status: 'reconnecting',
      error: { code: 'DISCONNECTED', message: 'the connection was lost (the heartbeat is overdue)' },
    })
    await until(client, 'connected')
    expect(statuses).toEqual(['connected', 'reconnecting', 'connected'])
  })

  test('replaces a connection that died on another network within three seconds, whatever the back-off', async () => {
    const server = await startServer({ options })
    const { proxy, client, statuses } = await startBehindProxy(server, [transport])
    vi.spyOn(Math, 'random').mockReturnValue(0.999)
    onTestFinished(() => void vi.restoreAllMocks())
    await untilListening(server)
    proxy.strand()
    const startedAt = performance.now()
    client.wake()
    await until(client, 'reconnecting')
    await until(client, 'connected')
    expect(performance.now() - startedAt).toBeLessThan(3_000)
    expect(statuses).toEqual(['connected', 'reconnecting', 'connected'])
  })

  test('keeps a healthy connection, however often it is called', async () => {
    const server = await startServer({ options })
    const { client, statuses } = await startBehindProxy(server, [transport])
    const { id } = await until(client, 'connected')
    const packets: string[] = []
    server.io.engine.on('connection', () => packets.push('another connection'))
    for (let times = 0; times < 100; times += 1) {
      client.wake()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await new Promise((resolve) => setTimeout(resolve, 3_000)) // longer than a probe waits
    expect([statuses, packets, await until(client, 'connected')]).toEqual([
      ['connected'],
      [],
      expect.objectContaining({ id }),
    ])
  })
})

describe('CN16 a probe', () => {
  test('keeps a busy connection on which the answer takes longer than two seconds', async () => {
    const server = await startServer({ options })
    const { proxy, client, statuses } = await startBehindProxy(server, ['websocket'])
    const busy = setInterval(() => server.io.emit('news'), 100)
    onTestFinished(() => clearInterval(busy))
    proxy.delay(1_400)
    const news = vi.fn<() => void>()
    client.on('news', news)
    await eventually(() => expect(news).toHaveBeenCalled())
    client.wake()
    await new Promise((resolve) => setTimeout(resolve, 3_500))
    expect(statuses).toEqual(['connected'])
    proxy.strand()
    client.wake()
    const strandedAt = performance.now()
    await until(client, 'reconnecting')
    expect(performance.now() - strandedAt).toBeLessThan(3_000)
  })

  test('is one at a time for all clients of a connection', async () => {
    const server = await startServer({ options, configure: (io) => void [io.of('/a'), io.of('/b')] })
    const connects: string[] = []
    server.io.engine.on('connection', (engine: import('node:events').EventEmitter) =>
      engine.on('data', (data: unknown) => connects.push(String(data))),
    )
    const [a, b] = [startClient(`${server.url}/a`), startClient(`${server.url}/b`)]
    await Promise.all([a.connect(), b.connect()])
    for (let times = 0; times < 50; times += 1) for (const client of [a, b]) client.wake()
    await eventually(() => expect(connects.filter((packet) => packet.includes('probe'))).toEqual(['0/$probe,']))
    expect([server.connections, a.status, b.status]).toEqual([1, 'connected', 'connected'])
  })

  test('leaves no socket and no namespace on a server that accepts every namespace', async () => {
    const server = await startServer({ options, configure: (io) => void io.of(/.*/) })
    const client = startClient(server.url)
    await client.connect()
    client.wake()
    await eventually(() => expect(server.io._nsps.has('/$probe')).toBe(true))
    await eventually(() => expect(server.io._nsps.get('/$probe')?.sockets.size).toBe(0))
    expect(client.status).toBe('connected')
  })

  test('that is not answered ends the connection of all its clients, which connect again on one', async () => {
    const server = await startServer({ options, configure: (io) => void [io.of('/a'), io.of('/b')] })
    const engines = vi.fn<() => void>()
    server.io.engine.on('connection', engines)
    const { proxy, client: a } = await startBehindProxy(server, ['websocket'], '/a')
    const b = startClient(`${proxy.url}/b`, { socket: { transports: ['websocket'] } })
    await b.connect()
    proxy.strand()
    a.wake()
    await Promise.all([until(a, 'reconnecting'), until(b, 'reconnecting')])
    await Promise.all([until(a, 'connected'), until(b, 'connected')])
    expect(engines).toHaveBeenCalledTimes(2)
  })

  test('does nothing before the first use and after the end, and ends the wait for the next attempt', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999)
    onTestFinished(() => void vi.restoreAllMocks())
    const server = await startServer()
    const client = startClient(server.url, { reconnect: { minDelayMs: 3_600_000, maxDelayMs: 3_600_000 } })
    client.wake()
    expect(client.status).toBe('idle')
    await client.connect()
    await server.restart()
    await until(client, 'reconnecting')
    client.wake()
    await until(client, 'connected')
    client.disconnect()
    client.wake()
    expect(client.status).toBe('disconnected')
  })

  test.skipIf(flaskMissing()).each(transports)('is answered by Flask over %s', async (transport) => {
    const flask = await startFlask(burstsScript, { MODE: transport === 'polling' ? 'threading' : 'eventlet' })
    onTestFinished(() => flask.stop())
    const { proxy, client, statuses } = await startBehindProxy(flask, [transport])
    client.wake()
    await new Promise((resolve) => setTimeout(resolve, 3_000)) // longer than a probe waits
    expect(statuses).toEqual(['connected'])
    proxy.strand()
    client.wake()
    await until(client, 'reconnecting')
    await until(client, 'connected')
  })
})
