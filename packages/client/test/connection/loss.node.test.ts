import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { recordStatuses, startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

/** Without an upgrade, which would be another reason for a loss. */
const websocket = { socket: { transports: ['websocket'] } }

describe('CN3 a lost connection', () => {
  test('to a server that restarts is followed by a new one', async () => {
    const server = await startServer()
    const client = startClient(server.url, websocket)
    await client.connect()
    const { id } = await until(client, 'connected')
    const statuses = recordStatuses(client)
    const lost = until(client, 'reconnecting')
    await server.restart()
    expect(await lost).toMatchObject({
      reason: 'transport',
      attempt: 1,
      error: {
        code: 'DISCONNECTED',
        message: expect.stringMatching(/^the connection was lost \(transport (close|error)\)$/),
      },
    })
    const back = await until(client, 'connected')
    expect(back.id).not.toBe(id)
    expect(statuses.filter((status) => status !== 'reconnecting')).toEqual(['connected', 'connected'])
    expect(server.sockets).toBe(1)
  })

  test('has the time of the next attempt and the error of the last one in the state', async () => {
    const server = await startServer()
    const client = startClient(server.url, { reconnect: { minDelayMs: 20, maxDelayMs: 40 } })
    await client.connect()
    const from = Date.now()
    await server.close()
    const state = await until(client, 'reconnecting', ({ attempt }) => attempt > 1)
    expect(state).toMatchObject({ reason: 'transport', error: { code: 'UNREACHABLE' } })
    expect(state.error.message).toContain(`unable to reach "${server.url}": connect ECONNREFUSED`)
    expect(state.error.cause).toBeInstanceOf(Error)
    expect(state.nextAttemptAt).toBeGreaterThanOrEqual(from)
  })

  test('is noticed by the missing heartbeat', async () => {
    const server = await startServer({ options: { pingInterval: 50, pingTimeout: 50 } })
    const client = startClient(server.url, websocket)
    await client.connect()
    const lost = until(client, 'reconnecting')
    // The server sends nothing any more, and does not notice by its own heartbeat.
    for (const { conn } of server.io.sockets.sockets.values())
      Object.assign(conn, { sendPacket: () => conn, resetPingTimeout: () => {} })
    expect(await lost).toMatchObject({ error: { message: 'the connection was lost (ping timeout)' } })
    await until(client, 'connected')
  })
})

describe('CN8 disconnected', () => {
  test.each([
    ['socket.disconnect()', false],
    ['socket.disconnect(true)', true],
  ])('is the state after %s, with the reason kicked', async (_name, close) => {
    const server = await startServer()
    const client = startClient(server.url)
    await client.connect()
    server.kickAll(close)
    const state = await until(client, 'disconnected')
    expect(state).toMatchObject({
      reason: 'kicked',
      error: { code: 'KICKED', message: 'the server closed the connection' },
    })
    await eventually(() => expect(server.connections).toBe(0))
    await expect(client.emitWithAck('hello')).rejects.toMatchObject({ code: 'DISCONNECTED', cause: state.error })
    expect(client.emit('hello')).toBe(false)
  })

  test('stays so after on, emit, join and page events', async () => {
    const server = await startServer()
    const client = startClient(server.url)
    await client.connect()
    client.disconnect()
    const statuses = recordStatuses(client)
    client.on('message', () => {})
    client.autoConnect()
    client.room('general').retain()
    expect(client.emit('hello')).toBe(false)
    await expect(client.join('general')).rejects.toMatchObject({ code: 'DISCONNECTED' })
    expect(statuses).toEqual(['disconnected'])
    await eventually(() => expect(server.connections).toBe(0))
    await client.connect()
    expect(server.sockets).toBe(1)
  })

  test('ends with connect(), whichever way the client was stopped', async () => {
    let refuse = true
    const server = await startServer({
      configure: (io) => io.use((_socket, next) => next(refuse ? new Error('members only') : undefined)),
    })
    const client = startClient(server.url, { reconnect: { attempts: 0 } })
    await expect(client.connect()).rejects.toMatchObject({ code: 'REFUSED' })
    expect(client.connection.getState()).toMatchObject({ reason: 'refused' })
    refuse = false

    await client.connect()
    server.kickAll()
    expect(await until(client, 'disconnected')).toMatchObject({ reason: 'kicked' })

    await client.connect()
    await server.close()
    expect(await until(client, 'disconnected')).toMatchObject({ reason: 'exhausted' })
    await expect(client.connect()).rejects.toMatchObject({ code: 'EXHAUSTED' })

    await server.restart()
    await client.connect()
    client.disconnect()
    expect(client.connection.getState()).toMatchObject({ reason: 'client' })

    await client.connect()
    expect(server.sockets).toBe(1)
  })

  test('is no error before the first use, or twice', () => {
    const client = startClient('http://127.0.0.1:9')
    client.disconnect()
    client.disconnect()
    expect(client.connection.getState()).toEqual({ status: 'disconnected', reason: 'client' })
  })
})
