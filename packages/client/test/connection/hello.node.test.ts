import { plainRooms } from '@roomful/client'
import type { Server } from 'socket.io'
import { describe, expect, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { recordInspect, recordStatuses, startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

const hello = { v: 1, capabilities: [], limits: {}, user: { id: 'ada', name: 'Ada' }, now: 0 }
/** Long, so that a test that passes did not wait for it; a test that does wait says its own. */
const never = { helloTimeoutMs: 3_600_000, connectTimeoutMs: 3_600_000 }

/** Answers joins as roomful/1 and as the tutorial have them, and notes which of both was asked. */
function answerJoins(io: Server, asked: string[]): void {
  io.on('connection', (socket) => {
    socket.on('$join', ({ room }: { room: string }, ack: (answer: object) => void) => {
      asked.push(`$join ${room}`)
      ack({ ok: true, epoch: 'epoch-one', head: 0, first: 1, entries: [] })
    })
    socket.on('join', ({ room }: { room: string }, ack: () => void) => {
      asked.push(`join ${room}`)
      ack()
    })
  })
}

const saysHelloAtOnce = (io: Server, said: object = hello): void =>
  void io.on('connection', (socket) => void socket.emit('$hello', said))

describe('CN10 a server that speaks roomful/1', () => {
  test('says so with the connect: nothing is waited for', async () => {
    const { url } = await startServer({ configure: saysHelloAtOnce })
    const client = startClient(url, never)
    const statuses = recordStatuses(client)
    await client.connect()
    expect(statuses).toEqual(['idle', 'connecting', 'connected'])
    expect(client.connection.getState()).toMatchObject({
      user: { id: 'ada', name: 'Ada' },
      guarantees: { rooms: 'roomful' },
      recovered: false,
    })
  })

  test('says so before the connect, as from Flask', async () => {
    const { url } = await startServer({
      configure: (io) =>
        io.use((socket, next) => {
          socket.conn.write(`2["$hello",${JSON.stringify(hello)}]`)
          next()
        }),
    })
    const client = startClient(url, never)
    await client.connect()
    expect(client.guarantees?.rooms).toBe('roomful')
  })

  test('says so late: connected as plain, then more is known, and all rooms are joined again its way', async () => {
    const asked: string[] = []
    const server = await startServer({ configure: (io) => answerJoins(io, asked) })
    const client = startClient(server.url, { helloTimeoutMs: 1 })
    await client.join('a')
    await client.join('b')
    expect([asked, client.guarantees?.rooms]).toEqual([['join a', 'join b'], 'plain'])
    const statuses = recordStatuses(client)
    server.io.emit('$hello', hello)
    await eventually(() => expect(asked).toEqual(['join a', 'join b', '$join a', '$join b']))
    expect(client.connection.getState()).toMatchObject({ user: hello.user, guarantees: { rooms: 'roomful' } })
    expect(statuses).toEqual(['connected', 'connected'])
    await eventually(() => expect(client.room('a').state.getState()).toEqual({ status: 'joined', acknowledged: true }))
  })

  test('says so twice: the second time changes nothing', async () => {
    const asked: string[] = []
    const server = await startServer({
      configure(io) {
        saysHelloAtOnce(io)
        answerJoins(io, asked)
      },
    })
    const client = startClient(server.url, never)
    await client.join('a')
    const state = client.connection.getState()
    server.io.emit('$hello', { ...hello, user: { id: 'eve' } })
    server.io.emit('after')
    await new Promise<void>((resolve) => client.once('after', () => resolve()))
    expect(client.connection.getState()).toBe(state)
    expect(asked).toEqual(['$join a'])
  })

  test.each<[string, unknown]>([
    ['of another version', { ...hello, v: 2 }],
    ['without one', { ...hello, v: undefined }],
    ['with a user that is none', { ...hello, user: 'ada' }],
    ['with a user without an id', { ...hello, user: { name: 'Ada' } }],
    ['that is no message', 'hello'],
  ])('a hello %s is none, and is reported', async (_name, said) => {
    const { url } = await startServer({ configure: (io) => saysHelloAtOnce(io, said as object) })
    const { inspect, ofType } = recordInspect()
    const client = startClient(url, { helloTimeoutMs: 50, inspect })
    await client.connect()
    expect(client.connection.getState()).toMatchObject({ user: undefined, guarantees: { rooms: 'plain' } })
    expect(ofType('drop')).toEqual([
      { type: 'drop', direction: 'in', event: '$hello', reason: 'not a hello of our version' },
    ])
  })
})

describe('CN10 a plain server', () => {
  test('is one after helloTimeoutMs without a hello, and is not waited for the next time', async () => {
    const server = await startServer()
    const client = startClient(server.url, { helloTimeoutMs: 50 })
    const wait = vi.spyOn(globalThis, 'setTimeout')
    const hellos = () => wait.mock.calls.filter(([, ms]) => ms === 50).length
    await client.connect()
    expect([client.guarantees?.rooms, hellos()]).toEqual(['plain', 1])
    await server.restart()
    await until(client, 'reconnecting')
    await until(client, 'connected')
    expect([client.guarantees?.rooms, hellos()]).toEqual(['plain', 1])
    wait.mockRestore()
  })

  test('that comes back as roomful/1 is believed', async () => {
    let isRoomful = false
    const server = await startServer({
      configure: (io) => {
        if (isRoomful) saysHelloAtOnce(io)
      },
    })
    const client = startClient(server.url, { helloTimeoutMs: 1 })
    await client.connect()
    isRoomful = true
    await server.restart()
    await until(client, 'connected', ({ guarantees }) => guarantees.rooms === 'roomful')
    isRoomful = false
    await server.restart()
    await until(client, 'connected', ({ guarantees }) => guarantees.rooms === 'plain')
    expect(client.connection.getState()).toMatchObject({ user: undefined })
  })

  test('named so by plainRooms(): nothing is waited for, and a hello is not believed', async () => {
    const asked: string[] = []
    const { url } = await startServer({
      configure(io) {
        saysHelloAtOnce(io)
        answerJoins(io, asked)
      },
    })
    const client = startClient(url, { ...never, rooms: plainRooms() })
    await client.join('a')
    expect([client.guarantees?.rooms, asked]).toEqual(['plain', ['join a']])
  })

  test('keeps what Socket.IO recovers: connected says so', async () => {
    const server = await startServer({ options: { connectionStateRecovery: {} } })
    const client = startClient(server.url, { helloTimeoutMs: 1 })
    await client.connect()
    expect(client.connection.getState()).toMatchObject({ recovered: false })
    server.io.emit('news', 'an event that carries an offset')
    await new Promise<void>((resolve) => client.once('news', () => resolve()))
    for (const socket of server.io.sockets.sockets.values()) socket.conn.close()
    await until(client, 'reconnecting')
    expect(await until(client, 'connected')).toMatchObject({ recovered: true })
  })
})
