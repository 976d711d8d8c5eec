import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { recordStatuses, startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

describe('CN3 a connection that is lost', () => {
  test('a restarted server is found again by itself, as a new connection', async () => {
    const server = await startServer()
    const client = startClient(server.url)
    await client.connect()
    const { id } = await until(client, 'connected')
    const statuses = recordStatuses(client)
    const lost = until(client, 'reconnecting')
    await server.restart()
    expect(await lost).toMatchObject({
      reason: 'transport',
      attempt: 1,
      error: { code: 'DISCONNECTED', message: 'the connection was lost (transport close)' },
    })
    const back = await until(client, 'connected')
    expect(back.id).not.toBe(id)
    expect(statuses.filter((status) => status !== 'reconnecting')).toEqual(['connected', 'connected'])
    expect(server.sockets).toBe(1)
  })

  test('says when the next try begins, and what the last one failed of', async () => {
    const server = await startServer()
    const client = startClient(server.url, { reconnect: { minDelayMs: 20, maxDelayMs: 40 } })
    await client.connect()
    const from = Date.now()
    await server.close()
    const state = await until(client, 'reconnecting', ({ attempt }) => attempt > 1)
    expect(state).toMatchObject({ reason: 'transport', error: { code: 'UNREACHABLE' } })
    expect(state.error.message).toBe(`unable to reach "${server.url}"`)
    expect(state.error.cause).toBeInstanceOf(Error)
    expect(state.nextAttemptAt).toBeGreaterThanOrEqual(from)
  })

  test('a heartbeat that stops is a loss', async () => {
    const server = await startServer({ options: { pingInterval: 50, pingTimeout: 50 } })
    const client = startClient(server.url)
    await client.connect()
    const lost = until(client, 'reconnecting')
    for (const { conn } of server.io.sockets.sockets.values()) conn['sendPacket'] = () => conn
    expect(await lost).toMatchObject({ error: { message: 'the connection was lost (ping timeout)' } })
    await until(client, 'connected')
  })
})

describe('CN8 the end is the end', () => {
  test.each([
    ['socket.disconnect()', false],
    ['socket.disconnect(true)', true],
  ])('kicked by %s', async (_name, close) => {
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

  test('nothing but connect() starts again: not on, not join, not a page', async () => {
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

  test('connect() starts again after each way to stop', async () => {
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

  test('disconnect() before anything, or twice, is no error', () => {
    const client = startClient('http://127.0.0.1:9')
    client.disconnect()
    client.disconnect()
    expect(client.connection.getState()).toEqual({ status: 'disconnected', reason: 'client' })
  })
})
