import { createClient } from '@roomful/client'
import { createMockServer } from '@roomful/testing'
import { io } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'
import { entriesOf, inspectorOf, startClient, startServer, url } from './support.ts'

async function joined() {
  const server = await startServer()
  const tokens: string[] = []
  const client = startClient({
    auth: ({ reason }) => {
      tokens.push(reason)
      return { token: tokens.filter((each) => each === 'refused').length === 0 ? 'ann' : 'ann-again' }
    },
  })
  const inspector = inspectorOf(client)
  const room = await client.join('general')
  const texts: string[] = []
  room.on('message', ({ text }) => texts.push(text))
  const statuses: string[] = []
  client.connection.subscribe(({ status }) => statuses.push(status))
  return { server, client, inspector, room, texts, statuses, tokens, faults: inspector.faults }
}

/** A plain server that counts what arrives, and a client of it. */
async function plain() {
  const server = createMockServer({ url })
  onTestFinished(() => server.close())
  const received: unknown[] = []
  server.io.on('connection', (socket) => {
    socket.on('count', (value, answer) => {
      received.push(value)
      if (typeof answer === 'function') answer(value)
    })
  })
  await server.listen()
  const client = createClient({ url, reconnect: { minDelayMs: 1, maxDelayMs: 5 } })
  onTestFinished(client.close)
  const inspector = inspectorOf(client)
  await client.connect()
  return { server, client, inspector, received, faults: inspector.faults }
}

test('DV5 cut: the server sees a lost connection, and the client reconnects', async () => {
  const { server, statuses, faults } = await joined()
  const reasons: string[] = []
  for (const socket of server.io.sockets.sockets.values()) socket.on('disconnect', (reason) => reasons.push(reason))
  faults.cut()
  await expect.poll(() => statuses).toEqual(['reconnecting', 'connected'])
  expect(reasons).toEqual(['transport close'])
})

test('DV5 offline: attempts fail until online, and what was sent arrives then', async () => {
  const { client, inspector, room, faults, texts } = await joined()
  faults.offline()
  expect(faults.isOffline).toBe(true)
  const receipt = room.emit('message', { text: 'later' })
  await expect.poll(() => entriesOf(inspector, 'failed').length).toBeGreaterThan(1)
  expect(client.connection.getState()).toMatchObject({ status: 'reconnecting', error: { code: 'UNREACHABLE' } })
  faults.online()
  expect(await receipt).toMatchObject({ confirmed: true })
  expect(texts).toEqual(['later'])
})

test('DV5 latency: each packet is delayed in both directions, in order, and arrives at once when it ends', async () => {
  const { inspector, room, faults, texts } = await joined()
  faults.latency(40)
  await room.emit('message', { text: 'one' })
  expect(inspector.snapshot().roundTrip?.lastMs).toBeGreaterThanOrEqual(75)
  faults.latency(60_000)
  const sent = Promise.all(['two', 'three'].map((text) => room.emit('message', { text })))
  faults.latency(0)
  await sent
  expect(texts).toEqual(['one', 'two', 'three'])
})

test('DV5 a client that loses its connection during a latency settles what it sent', async () => {
  const { client, faults, received } = await plain()
  faults.latency(60_000)
  const answer = client.emitWithAck('count', 1)
  faults.cut()
  faults.latency(0)
  await expect(answer).rejects.toMatchObject({ code: 'DISCONNECTED' })
  await client.connect()
  expect(received).toEqual([])
})

test('DV5 drop: a lost message is fetched, a lost answer is asked for again after the connection', async () => {
  const { room, inspector, faults, texts } = await joined()
  faults.dropNext(({ direction, event }) => direction === 'toClient' && event === '$events')
  await room.emit('message', { text: 'one' })
  await room.emit('message', { text: 'two' })
  await expect.poll(() => texts).toEqual(['one', 'two'])
  faults.dropNext(({ type, event }) => type === 'ack' && event === '$publish')
  const receipt = room.emit('message', { text: 'three' })
  await expect
    .poll(() => entriesOf(inspector, 'fault').at(-1))
    .toMatchObject({ fault: 'dropped', detail: 'the answer to "$publish" from the server' })
  faults.cut()
  expect(await receipt).toMatchObject({ confirmed: true, seq: 3 })
  expect(texts).toEqual(['one', 'two', 'three'])
})

test('DV5 drop on a plain server: the event does not arrive, and the call ends with the connection', async () => {
  const { client, faults, received } = await plain()
  faults.dropNext('count')
  const lost = client.emitWithAck('count', 1)
  expect(await client.emitWithAck('count', 2)).toBe(2)
  expect(received).toEqual([2])
  faults.cut()
  await expect(lost).rejects.toMatchObject({ code: 'DISCONNECTED' })
})

test('DV5 duplicate: the event arrives twice, its call is answered once', async () => {
  const { client, faults, received } = await plain()
  faults.duplicateNext('count')
  expect(await client.emitWithAck('count', 1)).toBe(1)
  faults.duplicateNext('count')
  client.emit('count', 2)
  await client.emitWithAck('count', 3)
  expect(received).toEqual([1, 1, 2, 2, 3])
})

test('DV5 swap: two packets change places, and the room shows them in order', async () => {
  const { room, client, faults, texts } = await joined()
  faults.reorderNext(({ direction, event }) => direction === 'toClient' && event === '$events')
  const other = startClient({ auth: { token: 'bob' } })
  const theirs = await other.join('general')
  await theirs.emit('message', { text: 'one' })
  await theirs.emit('message', { text: 'two' })
  await expect.poll(() => texts).toEqual(['one', 'two'])
  expect(room.status).toBe('joined')
  expect(client.status).toBe('connected')
})

test('DV5 a copy is sent: what the app changes during a latency does not arrive', async () => {
  const { client, faults, received } = await plain()
  faults.latency(60_000)
  const data = { value: 1 }
  client.emit('count', data)
  data.value = 2
  faults.latency(0)
  await client.emitWithAck('count', 'last')
  expect(received).toEqual([{ value: 1 }, 'last'])
})

test('DV5 expire the token: the client asks auth for another one, and returns with it', async () => {
  const { client, tokens, statuses, faults } = await joined()
  expect(faults.expireToken()).toBe(true)
  await expect.poll(() => statuses).toEqual(['reconnecting', 'connected'])
  expect(tokens.slice(1)).toEqual(['connect', 'refused'])
  expect(client.connection.getState()).toMatchObject({ user: { id: 'ann-again' } })
})

test('DV5 expire the token of a client that has no other one: it is refused', async () => {
  await startServer()
  const client = startClient()
  const { faults } = inspectorOf(client)
  await client.connect()
  faults.expireToken()
  await expect
    .poll(() => client.connection.getState())
    .toMatchObject({ status: 'disconnected', reason: 'refused', error: { code: 'TOKEN_EXPIRED' } })
})

test('DV5 without credentials nothing expires', async () => {
  const { client, faults } = await plain()
  expect(faults.expireToken()).toBe(false)
  expect(client.status).toBe('connected')
})

test('DV5 pass ends all faults', async () => {
  const { client, faults, received } = await plain()
  faults.latency(60_000)
  faults.dropNext('count')
  client.emit('count', 1)
  faults.dropNext('count')
  client.emit('count', 2)
  faults.offline()
  faults.pass()
  await client.connect()
  expect([faults.isOffline, faults.latencyMs]).toEqual([false, 0])
  await client.emitWithAck('count', 3)
  expect(received).toEqual([3])
})

test('DV5 with the socket of an app: cut works; offline and an expired token are refused with a sentence', async () => {
  const server = createMockServer({ url })
  onTestFinished(() => server.close())
  await server.listen()
  const socket = io(url, { reconnectionDelay: 1, reconnectionDelayMax: 5 })
  onTestFinished(() => void socket.disconnect())
  const client = createClient({ existingSocket: socket })
  onTestFinished(client.close)
  const { faults } = inspectorOf(client)
  await client.connect()
  const statuses: string[] = []
  client.connection.subscribe(({ status }) => statuses.push(status))
  faults.cut()
  await expect.poll(() => statuses).toEqual(['reconnecting', 'connected'])
  expect(() => faults.offline()).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
  expect(() => faults.expireToken()).toThrow('with existingSocket the app connects it')
})

test('a latency out of range is refused', async () => {
  const { faults } = await plain()
  expect(() => faults.latency(-1)).toThrow('latency: expected 0 to 60000 ms, got -1')
  expect(() => faults.latency(60_001)).toThrow('latency: expected 0 to 60000 ms, got 60001')
})
