import {
  type Client,
  createLostConnection,
  createPresence,
  createTimeline,
  createTyping,
  persistentOutbox,
} from '@roomful/client'
import { refuse } from '@roomful/server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startLobby } from './roomful/presence/support/start-lobby.ts'
import { createMemoryStorage, type MemoryStorage } from './roomful/storage/support/memory-storage.ts'
import { eventually } from './support/eventually.ts'
import { fakeLocks } from './support/fake-locks.ts'
import { closedUrl } from './support/hostile-server.ts'
import { rejection, startClient, startRoomful, until } from './support/test-client.ts'
import { startServer } from './support/test-server.ts'
import { trackTimers as trackAllTimers } from './support/track-timers.ts'

/** No time-out of these ends by itself during a test. */
const patient = { ackTimeoutMs: 900_000, joinTimeoutMs: 900_000, connectTimeoutMs: 900_000, onDrop: () => {} }

function startChat() {
  return startLobby({
    authorize: {
      join({ room }) {
        if (room === 'busy') refuse('RATE', 'try again later', { after: 60_000 })
        return true
      },
    },
  })
}

/** Without the timers of warnings, which end in the next task. */
function trackTimers(): () => string[] {
  const timers = trackAllTimers()
  return () => timers().filter((timer) => !timer.includes('/sent-promise.ts'))
}

/** Time for promises to settle: shorter than any timer of the client. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 5))

/** The channels that are open. */
function trackChannels(): () => number {
  let open = 0
  const { BroadcastChannel: Original } = globalThis
  globalThis.BroadcastChannel = class extends Original {
    constructor(name: string) {
      super(name)
      open += 1
    }
    override close(): void {
      open -= 1
      super.close()
    }
  }
  onTestFinished(() => void (globalThis.BroadcastChannel = Original))
  return () => open
}

/** Uses everything that has a timer, a listener, or a request under way. */
async function use(client: Client): Promise<Promise<unknown>[]> {
  const room = client.room('general')
  room.retain()
  await eventually(() => expect(room.status).toBe('joined'))
  room.on('message', () => {})
  client.on('event', () => {})
  createLostConnection(client).subscribe(() => {})
  createTimeline(room, 'message', { initial: 10 }).state.subscribe(() => {})
  createTyping(room).keystroke()
  createPresence(room).others.subscribe(() => {})
  createPresence(room).set({ status: 'away' })
  client.room('released').retain()()
  await room.emit('message', { text: 'stored' })
  return [
    client.emitWithAck('never answered'),
    client.timeout(800_000).emitWithAck('never answered'),
    client.join('busy'),
    room.with({ timeoutMs: 700_000 }).emit('message', { text: 'sent at the end' }),
    room.history(),
  ].map((call) => call.catch((error: unknown) => error))
}

test('LC1 100 clients that were used and closed leave no timer, lock, channel, storage, connection or member', async () => {
  const activeTimers = trackTimers()
  const openChannels = trackChannels()
  const { held, pending } = fakeLocks()
  const { server } = await startChat()
  const storages: MemoryStorage[] = []
  const calls: Promise<unknown>[] = []
  for (let count = 0; count < 100; count += 1) {
    const storage = createMemoryStorage()
    storages.push(storage)
    const client = startRoomful(server.url, {
      ...patient,
      auth: { name: `user ${count}` },
      outbox: persistentOutbox({ storage: async () => storage }),
      socket: { transports: ['websocket'], forceNew: true },
    })
    calls.push(...(await use(client)))
    expect(activeTimers()).not.toEqual([])
    client.close()
    await settle()
    expect(activeTimers()).toEqual([])
  }
  await Promise.all(calls)
  await eventually(() => {
    expect([held, pending, openChannels()]).toEqual([[], [], 0])
    expect(storages.filter(({ isClosed }) => !isClosed)).toEqual([])
    expect([server.sockets, server.connections]).toEqual([0, 0])
  })
})

test('LC1 100 clients with plainRooms() that were used and closed leave no timer and no connection', async () => {
  const activeTimers = trackTimers()
  const server = await startServer({
    configure: (io) =>
      io.on('connection', (socket) => socket.on('join', ({ room }: { room: string }) => socket.join(room))),
  })
  const calls: Promise<unknown>[] = []
  for (let count = 0; count < 100; count += 1) {
    const client = startClient(server.url, { ...patient, socket: { transports: ['websocket'], forceNew: true } })
    const room = client.room('general')
    room.retain()
    client.on('event', () => {})
    calls.push(rejection(client.emitWithAck('never answered')), rejection(client.join('other')))
    await until(client, 'connected')
    client.room('released').retain()()
    expect(activeTimers()).not.toEqual([])
    client.close()
    await settle()
    expect(activeTimers()).toEqual([])
  }
  await Promise.all(calls)
  await eventually(() => expect([server.sockets, server.connections]).toEqual([0, 0]))
})

describe('LC1 close()', () => {
  test('ends a client in any state', async () => {
    const activeTimers = trackTimers()
    const url = await closedUrl()
    const idle = startClient(url, { autoConnect: false })
    const hanging = startClient(url, { ...patient, auth: () => new Promise(() => {}) })
    const retrying = startClient(url, { reconnect: { minDelayMs: 900_000, maxDelayMs: 900_000 } })
    const stopped = startClient(url)
    void hanging.connect()
    void retrying.connect()
    await until(retrying, 'reconnecting')
    stopped.disconnect()
    for (const client of [idle, hanging, retrying, stopped]) client.close()
    expect([idle, hanging, retrying, stopped].map(({ status }) => status)).toEqual(Array(4).fill('disconnected'))
    expect(activeTimers()).toEqual([])
  })

  test('is final: each later call ends with DISCONNECTED, and starts no timer', async () => {
    const { server } = await startChat()
    const client = startRoomful(server.url, { auth: { name: 'ann' }, onDrop: () => {} })
    const room = await client.join('general')
    client.close()
    client.close()
    const activeTimers = trackTimers()
    const calls = [
      client.connect(),
      client.emitWithAck('event'),
      client.join('other'),
      room.join(),
      room.emit('message'),
    ]
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'DISCONNECTED' })
    expect([client.emit('event'), client.volatile.emit('event'), room.volatile.emit('message')]).toEqual(
      Array(3).fill(false),
    )
    client.autoConnect()
    client.on('event', () => {})
    room.retain()
    await room.leave()
    await settle()
    expect([client.status, room.status, activeTimers()]).toEqual(['disconnected', 'left', []])
  })

  test('leaves stored messages to the next page of the user', async () => {
    const storage = createMemoryStorage()
    const url = await closedUrl()
    const outbox = persistentOutbox({ user: 'ann', storage: async () => storage })
    const client = startRoomful(url, { outbox })
    const room = client.room('general')
    void room.join().catch(() => {})
    const sent = rejection(room.emit('message', { text: 'queued' }))
    await eventually(() => expect(storage.records.size).toBe(1))
    client.close()
    await expect(sent).resolves.toMatchObject({ code: 'UNKNOWN' })
    const { server } = await startChat()
    const next = startRoomful(server.url, { auth: { name: 'ann' }, outbox })
    await next.connect()
    await eventually(() => expect(storage.records.size).toBe(0))
    const { messages } = await (await next.join('general')).history()
    expect(messages.map(({ data }) => data)).toEqual([{ text: 'queued' }])
  })
})
