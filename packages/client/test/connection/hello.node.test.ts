import { roomful } from '@roomful/client'
import type { Server } from 'socket.io'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { createFakeConnection } from '../support/fake-connection.ts'
import { recordStatuses, startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

const hello = { v: 1, capabilities: [], limits: {}, user: { id: 'ada', name: 'Ada' }, now: 0 }

afterEach(() => vi.restoreAllMocks())

/** Answers the joins of roomful/1 and of the tutorial, and keeps which of them came. */
function answerJoins(io: Server, joins: string[]): void {
  io.on('connection', (socket) => {
    socket.on('$join', ({ room }: { room: string }, ack: (answer: object) => void) => {
      joins.push(`$join ${room}`)
      ack({ ok: true, epoch: 'epoch-one', head: 0, first: 1, entries: [] })
    })
    socket.on('join', ({ room }: { room: string }, ack: () => void) => {
      joins.push(`join ${room}`)
      ack()
    })
  })
}

const sendHello = (io: Server, message: unknown = hello): void =>
  void io.on('connection', (socket) => void socket.emit('$hello', message))

describe('CN10 a client with roomful()', () => {
  test('is connected with the $hello, and has its user and guarantees', async () => {
    const { url } = await startServer({ configure: sendHello })
    const client = startClient(url, { rooms: roomful() })
    const statuses = recordStatuses(client)
    await client.connect()
    expect(statuses).toEqual(['idle', 'connecting', 'connected'])
    expect(client.connection.getState()).toMatchObject({
      user: { id: 'ada', name: 'Ada' },
      guarantees: { rooms: 'roomful', order: true, replay: true, exactlyOnce: true, outbox: 'memory' },
      recovered: false,
    })
  })

  test('accepts a $hello before the connect packet, as Flask sends it', async () => {
    const { url } = await startServer({
      configure: (io) =>
        io.use((socket, next) => {
          socket.conn.write(`2["$hello",${JSON.stringify(hello)}]`)
          next()
        }),
    })
    const client = startClient(url, { rooms: roomful() })
    await client.connect()
    expect(client.guarantees?.rooms).toBe('roomful')
  })

  test('waits for a slow $hello within connectTimeoutMs', async () => {
    const joins: string[] = []
    const server = await startServer({ configure: (io) => answerJoins(io, joins) })
    const client = startClient(server.url, { rooms: roomful() })
    const joined = client.join('a')
    await eventually(() => expect(server.sockets).toBe(1))
    expect([client.status, joins]).toEqual(['connecting', []])
    server.io.emit('$hello', hello)
    await joined
    expect(joins).toEqual(['$join a'])
  })

  test('ignores a second $hello', async () => {
    const joins: string[] = []
    const server = await startServer({
      configure(io) {
        sendHello(io)
        answerJoins(io, joins)
      },
    })
    const client = startClient(server.url, { rooms: roomful() })
    await client.join('a')
    const state = client.connection.getState()
    server.io.emit('$hello', { ...hello, user: { id: 'eve' } })
    server.io.emit('after')
    await new Promise<void>((resolve) => client.once('after', () => resolve()))
    expect(client.connection.getState()).toBe(state)
    expect(joins).toEqual(['$join a'])
  })

  test('does not promise exactlyOnce where the server keeps no keys', async () => {
    const { url } = await startServer({ configure: (io) => sendHello(io, { ...hello, limits: { dedupMs: 0 } }) })
    const client = startClient(url, { rooms: roomful() })
    await client.connect()
    expect(client.guarantees?.exactlyOnce).toBe(false)
  })

  test.each([
    ['memory', 'memory'],
    ['disk', 'disk'],
    ['async', 'async'],
    ['replica', 'replica'],
    [undefined, undefined],
    ['forever', undefined],
    [{}, undefined],
  ])('CN24 where the $hello says durability %o, guarantees.durability is %o', async (durability, expected) => {
    const { url } = await startServer({ configure: (io) => sendHello(io, { ...hello, durability }) })
    const client = startClient(url, { rooms: roomful() })
    await client.connect()
    expect(client.guarantees?.durability).toBe(expected)
  })

  test.each<[string, unknown, string]>([
    ['another version', { ...hello, v: 2 }, 'the server speaks roomful/2, this client roomful/1'],
    ['no version', { ...hello, v: undefined }, 'the server speaks roomful/undefined, this client roomful/1'],
    ['a malformed user', { ...hello, user: 'ada' }, "the server's $hello cannot be read"],
    ['a user without an id', { ...hello, user: { name: 'Ada' } }, "the server's $hello cannot be read"],
    ['no object', 'hello', 'the server speaks roomful/undefined'],
  ])(
    'fails the attempt at once for a $hello with %s, and another attempt follows',
    async (_name, message, sentence) => {
      const { url } = await startServer({ configure: (io) => sendHello(io, message) })
      const client = startClient(url, { rooms: roomful() })
      void client.connect()
      const state = await until(client, 'reconnecting')
      expect(state).toMatchObject({ reason: 'server', error: { code: 'UNSUPPORTED' } })
      expect(state.error.message).toContain(sentence)
    },
  )

  test('fails an attempt without a $hello with a sentence that says what to do, and keeps its messages', async () => {
    const server = await startServer()
    const client = startClient(server.url, { rooms: roomful(), connectTimeoutMs: 200 })
    void client.join('general')
    // The test's end closes the client. Without a handler the client would warn of the message during the next test.
    client
      .room('general')
      .send({ text: 'queued' })
      .catch(() => {})
    const state = await until(client, 'reconnecting', ({ error }) => error.code === 'UNSUPPORTED')
    expect(state.reason).toBe('server')
    expect(state.error.message).toBe(
      'the server does not speak roomful/1 (it sent no $hello): mount @roomful/server on it, or use plainRooms()',
    )
    expect(client.outbox.getState()).toMatchObject({ queued: 1, sending: 0 })
  })

  test('warns once in development about a server that has sent no $hello for 3 s', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { connection, start, pass } = createFakeConnection({ known: null })
    await start()
    connection.opened('a', false)
    await pass(2_999)
    expect(warn).not.toHaveBeenCalled()
    await pass(60_000)
    connection.opened('b', false)
    await pass(9_000)
    expect(warn.mock.calls.flat()).toEqual([
      expect.stringContaining('mount @roomful/server on it, or use plainRooms()'),
    ])
  })
})

describe('CN10 a client with plainRooms(), the default', () => {
  test('waits for no $hello, ignores one, and warns once in development, naming roomful()', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const joins: string[] = []
    const { url } = await startServer({
      configure(io) {
        sendHello(io)
        answerJoins(io, joins)
      },
    })
    const client = startClient(url)
    await client.join('a')
    expect([client.guarantees?.rooms, joins]).toEqual(['plain', ['join a']])
    await eventually(() => expect(warn.mock.calls.flat().join()).toContain('rooms: roomful()'))
    expect(warn).toHaveBeenCalledTimes(1)
  })

  test('has the guarantees of a plain server', async () => {
    const { url } = await startServer()
    const client = startClient(url)
    await client.connect()
    expect(client.guarantees).toEqual({
      rooms: 'plain',
      order: false,
      replay: false,
      exactlyOnce: false,
      durability: 'none',
      outbox: 'none',
    })
  })

  test('says whether Socket.IO recovered the connection', async () => {
    const server = await startServer({ options: { connectionStateRecovery: {} } })
    const client = startClient(server.url)
    await client.connect()
    expect(client.connection.getState()).toMatchObject({ recovered: false })
    server.io.emit('news', 'an event that carries an offset')
    await new Promise<void>((resolve) => client.once('news', () => resolve()))
    for (const socket of server.io.sockets.sockets.values()) socket.conn.close()
    await until(client, 'reconnecting')
    expect(await until(client, 'connected')).toMatchObject({ recovered: true })
  })
})
