import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { closedUrl, handshake, startHostileServer, startSilentServer, welcome } from '../support/hostile-server.ts'
import { recordStatuses, startClient, until } from '../support/test-client.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'
import { transports } from '../support/transports.ts'

describe('CN8 after the last attempt', () => {
  test.each(transports)('a closed port ends in exhausted, over %s', async (transport) => {
    const client = startClient(await closedUrl(), {
      reconnect: { attempts: 2, minDelayMs: 1 },
      socket: { transports: [transport] },
    })
    const statuses = recordStatuses(client)
    await expect(client.connect()).rejects.toMatchObject({
      code: 'EXHAUSTED',
      cause: { code: 'UNREACHABLE', cause: expect.any(Error) as Error },
    })
    expect(statuses).toEqual(['idle', 'connecting', 'reconnecting', 'reconnecting', 'disconnected'])
    expect(client.connection.getState()).toMatchObject({ reason: 'exhausted', error: { code: 'EXHAUSTED' } })
  })
})

describe.each(transports)('CN3 over %s', (transport) => {
  const options = { connectTimeoutMs: 80, socket: { transports: [transport] } }

  test('each attempt with a silent server ends', async () => {
    expectNothingUncaught()
    const server = await startSilentServer()
    const client = startClient(server.url, options)
    void client.connect()
    expect(await until(client, 'reconnecting', ({ attempt }) => attempt === 4)).toMatchObject({
      reason: 'transport',
      error: { code: 'TIMEOUT', message: expect.stringMatching(/^the server did not answer within 80 ms/) as string },
    })
    client.disconnect()
    // Polls that were never answered can be ended in a browser only: guarded-transports.node.test.ts.
    if (transport === 'websocket') await eventually(() => expect(server.open).toBe(0))
  })

  test('each attempt with a server that does not answer the CONNECT ends', async () => {
    expectNothingUncaught()
    const server = await startHostileServer((link) => handshake(link))
    const client = startClient(server.url, options)
    void client.connect()
    expect(await until(client, 'reconnecting', ({ attempt }) => attempt === 4)).toMatchObject({
      reason: 'transport',
      error: { code: 'TIMEOUT' },
    })
    expect(server.attempts).toBeGreaterThanOrEqual(4)
    client.disconnect()
    await eventually(() => expect(server.open).toBe(0))
  })

  test('a server that closes the connection first fails the attempt at once', async () => {
    expectNothingUncaught()
    const server = await startHostileServer((link) => (link.number < 3 ? link.close() : welcome(link)))
    const client = startClient(server.url, { ...options, connectTimeoutMs: 3_600_000 })
    const connected = client.connect()
    expect(await until(client, 'reconnecting')).toMatchObject({ reason: 'transport', error: { code: 'UNREACHABLE' } })
    await connected
    expect(server.attempts).toBe(3)
  })

  test('a server that recovers is connected to', async () => {
    const server = await startHostileServer((link) => (link.number < 4 ? handshake(link) : welcome(link)))
    const client = startClient(server.url, { ...options, connectTimeoutMs: 400 })
    await client.connect()
    expect(client.connection.getState()).toMatchObject({
      status: 'connected',
      id: expect.toSatisfy((id: string) => Number(id.slice('socket-'.length)) >= 4) as string,
    })
  })
})
