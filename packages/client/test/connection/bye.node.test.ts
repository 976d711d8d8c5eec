import { type AuthContext, roomful, type RoomfulError } from '@roomful/client'
import type { Server } from 'socket.io'
import { describe, expect, test, vi } from 'vitest'
import { endByServer } from '../../src/roomful/bye.ts'
import { eventually } from '../support/eventually.ts'
import { createFakeConnection, roomfulServer } from '../support/fake-connection.ts'
import { recordInspect, recordStatuses, startClient, startRoomful, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

const hello = { v: 1, capabilities: [], limits: {}, user: { id: 'ada' }, now: 0 }

/** A server of roomful/1 without rooms. */
function sayHello(io: Server): void {
  io.on('connection', (socket) => void socket.emit('$hello', hello))
}

/** A connected client on a clock that the test moves. */
async function startFake(auth?: (context: AuthContext) => { token: string }) {
  const fake = createFakeConnection({ auth, known: roomfulServer })
  await fake.start()
  fake.connection.opened('one', false)
  return fake
}

describe('CN21 $bye', () => {
  test('CLOSING: the client returns after a random part of after', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const { connection, state, pass, opens, calls } = await startFake()
    endByServer(connection, { code: 'CLOSING', after: 60_000, message: 'a new version is installed' })
    expect(calls).toContain('close')
    expect(state()).toMatchObject({
      status: 'reconnecting',
      reason: 'server',
      error: { code: 'CLOSING', message: 'a new version is installed' },
      nextAttemptAt: Date.now() + 30_000,
    })
    await pass(29_999)
    expect(opens()).toBe(1)
    await pass(1)
    expect(opens()).toBe(2)
    random.mockRestore()
  })

  test.each(['RATE', 'LIMIT', 'UNAVAILABLE'])('%s: the client returns after after', async (code) => {
    const { connection, state, pass, opens } = await startFake()
    endByServer(connection, { code, after: 7_000 })
    expect(state()).toMatchObject({ status: 'reconnecting', error: { code, refusal: { code } } })
    await pass(6_999)
    expect(opens()).toBe(1)
    await pass(1)
    expect(opens()).toBe(2)
  })

  test.each([-1, Number.NaN, 'soon', 1e12])(
    'a senseless after of %s delays the return by 5 minutes at most',
    async (after) => {
      const { connection, pass, opens } = await startFake()
      endByServer(connection, { code: 'CLOSING', after: after as number })
      await pass(300_000)
      expect(opens()).toBeGreaterThan(1)
    },
  )

  test('UNAUTHORIZED: auth is asked for other credentials, and the client returns with them', async () => {
    const reasons: string[] = []
    const { connection, state, pass, calls } = await startFake(({ reason }) => {
      reasons.push(reason)
      return { token: reason }
    })
    endByServer(connection, { code: 'UNAUTHORIZED' })
    expect(state()).toMatchObject({
      status: 'reconnecting',
      reason: 'auth',
      error: { code: 'UNAUTHORIZED', message: 'the server ended the connection: UNAUTHORIZED' },
    })
    await pass(250)
    expect(reasons).toEqual(['connect', 'refused'])
    expect(calls.at(-1)).toEqual(['open', { token: 'refused' }])
  })

  test('UNAUTHORIZED again on the next attempt, before it is connected, disconnects', async () => {
    const { connection, state, pass } = await startFake(() => ({ token: 'x' }))
    endByServer(connection, { code: 'UNAUTHORIZED' })
    await pass(250)
    endByServer(connection, { code: 'UNAUTHORIZED', message: 'that token is too old' })
    expect(state()).toMatchObject({
      status: 'disconnected',
      reason: 'refused',
      error: { code: 'UNAUTHORIZED', message: 'that token is too old' },
    })
  })

  test('UNAUTHORIZED disconnects a client whose auth is no function', async () => {
    const { connection, state } = await startFake()
    endByServer(connection, { code: 'UNAUTHORIZED' })
    expect(state()).toMatchObject({ status: 'disconnected', reason: 'refused', error: { code: 'UNAUTHORIZED' } })
  })

  test.each(['KICKED', 'FORBIDDEN', 'MOVED_OUT'])(
    '%s: the client is disconnected, with code and message',
    async (code) => {
      const server = await startServer({ configure: sayHello })
      const client = startRoomful(server.url)
      await client.connect()
      server.io.emit('$bye', { code, message: 'please read the rules' })
      expect(await until(client, 'disconnected')).toMatchObject({
        reason: 'kicked',
        error: { code, message: 'please read the rules' } satisfies Partial<RoomfulError>,
      })
      await eventually(() => expect(server.sockets).toBe(0))
    },
  )

  test('in the packet after $hello ends the connection, too', async () => {
    const server = await startServer({
      configure: (io) =>
        io.on('connection', (socket) => {
          socket.emit('$hello', hello)
          socket.emit('$bye', { code: 'KICKED' })
        }),
    })
    const client = startRoomful(server.url)
    client.connect().catch(() => {})
    expect(await until(client, 'disconnected')).toMatchObject({ reason: 'kicked', error: { code: 'KICKED' } })
  })

  test('before $hello ends the attempt', async () => {
    const server = await startServer({
      configure: (io) => io.on('connection', (socket) => void socket.emit('$bye', { code: 'KICKED' })),
    })
    const client = startRoomful(server.url)
    await expect(client.connect()).rejects.toMatchObject({ code: 'KICKED' })
  })

  test.each([[undefined], [null], ['bye'], [{}], [{ code: 7 }]])('without a code is dropped: %j', async (message) => {
    const server = await startServer({ configure: sayHello })
    const { inspect, ofType } = recordInspect()
    const client = startClient(server.url, { rooms: roomful(), inspect })
    await client.connect()
    server.io.emit('$bye', message)
    await eventually(() => expect(ofType('drop')).toMatchObject([{ event: '$bye', direction: 'in' }]))
    expect(client.status).toBe('connected')
  })

  test('means nothing with plainRooms()', async () => {
    const server = await startServer()
    const client = startClient(server.url)
    const got: unknown[] = []
    client.on('$bye', (bye) => got.push(bye))
    await client.connect()
    const statuses = recordStatuses(client)
    server.io.emit('$bye', { code: 'KICKED' })
    await eventually(() => expect(got).toEqual([{ code: 'KICKED' }]))
    expect(statuses).toEqual(['connected'])
  })
})
