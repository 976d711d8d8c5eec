import { createClient, type Client } from '@roomful/client'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { recordStatuses, startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

describe('CN1 the first use', () => {
  const uses: readonly [string, (client: Client) => unknown][] = [
    ['on', (client) => client.on('message', () => {})],
    ['once', (client) => client.once('message', () => {})],
    ['emit', (client) => client.emit('hello')],
    ['send', (client) => client.send('hello')],
    ['emitWithAck', (client) => client.emitWithAck('hello')],
    ['timeout().emitWithAck', (client) => client.timeout(100).emitWithAck('hello')],
    ['join', (client) => client.join('general')],
    ['retain', (client) => client.room('general').retain()],
    ['on of a room', (client) => client.room('general').on('message', () => {})],
    ['autoConnect, which hooks call', (client) => client.autoConnect()],
  ]
  test.each(uses)('connects: %s', async (_name, use) => {
    const server = await startServer()
    const client = startClient(server.url)
    expect(client.status).toBe('idle')
    use(client)
    expect(client.status).toBe('connecting')
    await until(client, 'connected')
  })

  test.each(uses)('does not connect if autoConnect is off: %s', (_name, use) => {
    const client = startClient('http://127.0.0.1:9', { autoConnect: false })
    use(client)
    expect(client.status).toBe('idle')
  })

  test('is no read of a state, no leave, and no volatile emit', async () => {
    const client = startClient('http://127.0.0.1:9')
    client.volatile.emit('cursor', 1)
    await client.leave('general')
    expect([client.status, client.room('general').status, client.guarantees]).toEqual(['idle', 'left', undefined])
    expect(client.connection.getState()).toEqual({ status: 'idle' })
  })
})

describe('CN9 connect()', () => {
  test('resolves when connected, and the state has the id and the guarantees', async () => {
    const server = await startServer()
    const client = startClient(server.url)
    const statuses = recordStatuses(client)
    await client.connect()
    expect(statuses).toEqual(['idle', 'connecting', 'connected'])
    const [id] = server.io.sockets.sockets.keys()
    expect(client.connection.getState()).toStrictEqual({
      status: 'connected',
      id,
      recovered: false,
      user: undefined,
      guarantees: {
        rooms: 'plain',
        order: false,
        replay: false,
        exactlyOnce: false,
        durability: 'none',
        outbox: 'none',
      },
    })
    expect(client.guarantees?.rooms).toBe('plain')
    await client.connect()
    expect(server.sockets).toBe(1)
  })

  test('waits through retries', async () => {
    const server = await startServer()
    await server.close()
    const client = startClient(server.url)
    const connected = client.connect()
    await until(client, 'reconnecting', ({ attempt }) => attempt > 2)
    await server.restart()
    await connected
    expect(client.status).toBe('connected')
  })

  test("an abort rejects it with the signal's reason, and the client goes on connecting", async () => {
    const server = await startServer()
    await server.close()
    const client = startClient(server.url)
    const abort = new AbortController()
    const connected = client.connect({ signal: abort.signal })
    const reason = new Error('the page was left')
    abort.abort(reason)
    await expect(connected).rejects.toBe(reason)
    await expect(client.connect({ signal: abort.signal })).rejects.toBe(reason)
    await server.restart()
    await until(client, 'connected')
  })

  test('leaves no listener behind when it has ended', async () => {
    const client = startClient('http://127.0.0.1:9')
    const left = vi.fn<() => void>()
    const { subscribe } = client.connection
    vi.spyOn(client.connection, 'subscribe').mockImplementation((listener) => {
      const off = subscribe(listener)
      return () => {
        left()
        off()
      }
    })
    const signal = AbortSignal.abort(new Error('no'))
    await expect(client.connect({ signal })).rejects.toThrow('no')
    const abort = new AbortController()
    const waiting = client.connect({ signal: abort.signal })
    abort.abort(new Error('no more'))
    await expect(waiting).rejects.toThrow('no more')
    expect(left).toHaveBeenCalledTimes(vi.mocked(client.connection.subscribe).mock.calls.length)
  })

  test('is rejected by disconnect()', async () => {
    const server = await startServer()
    const client = startClient(server.url)
    const connected = client.connect()
    client.disconnect()
    await expect(connected).rejects.toMatchObject({
      code: 'DISCONNECTED',
      message: 'disconnect() was called; connect() connects again',
    })
    expect(client.connection.getState()).toEqual({ status: 'disconnected', reason: 'client' })
    await eventually(() => expect(server.connections).toBe(0))
  })

  test('is no unhandled rejection where its promise is ignored', async () => {
    const unhandled = vi.fn<(error: unknown) => void>()
    process.on('unhandledRejection', unhandled)
    onTestFinished(() => void process.off('unhandledRejection', unhandled))
    const client = createClient({ url: 'http://127.0.0.1:9' })
    void client.connect()
    void client.emitWithAck('hello')
    void client.join('general')
    void client.room('general').emit('message', {})
    client.disconnect()
    void client.emitWithAck('hello')
    void client.connect({ signal: AbortSignal.abort() })
    client.disconnect()
    await new Promise((resolve) => setImmediate(resolve))
    expect(unhandled).not.toHaveBeenCalled()
  })
})
