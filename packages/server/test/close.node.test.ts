import { wire } from '@roomful/contract/protocol'
import { expect, test, vi } from 'vitest'
import { memoryLog } from '../src/index.ts'
import { changedLog } from './support/changed-log.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { cidOf, connectRaw, gate, requests, startRooms, texts } from './support/start-rooms.ts'

test('F6 close refuses new requests, finishes the running item, and leaves the rest for another server', async () => {
  const [handling, slow] = [gate(), gate()]
  const { rooms, url, connect } = await startRooms({ contract: guestChat })
  rooms.handle('message', async () => {
    handling.open()
    await slow.opened
  })
  const [ann, bob] = [await connect(), await connect()]
  const { epoch } = await ann.join('general')
  await bob.join('general')
  const running = ann.publish('general', texts(['finished', 'not begun']))
  await handling.opened

  const closed = rooms.close()
  expect(rooms.close()).toBe(closed)
  for (const request of requests)
    expect(await bob.ask(request, { room: 'general', epoch, cid: cidOf('b'), items: [] })).toEqual({
      ok: false,
      code: 'CLOSING',
      message: 'the server is closing',
      after: 1_000,
    })
  await expect(rooms.to('general').emit('bell')).rejects.toMatchObject({ code: 'CLOSING' })
  expect(() => rooms.to('general').volatile.emit('cursor', { x: 1, y: 1 })).toThrow(
    expect.objectContaining({ code: 'CLOSING' }),
  )
  const late = connectRaw(url)
  const refusal = await new Promise<{ data?: unknown }>((resolve) => late.on('connect_error', resolve))
  expect(refusal.data).toMatchObject({ code: 'CLOSING' })

  slow.open()
  expect(await running).toMatchObject({ ok: false, code: 'CLOSING', results: [{ seq: 1 }] })
  await closed
  await expect.poll(() => bob.of('message').map(([data]) => data)).toEqual([{ text: 'finished' }])
})

test('P9 close waits at most closeTimeoutMs: a hanging handler is aborted, and its item gets a passing refusal', async () => {
  const handling = gate<AbortSignal>()
  const { rooms, connect } = await startRooms({ contract: guestChat, closeTimeoutMs: 50 })
  rooms.handle('message', async ({ data, signal }) => {
    if (data.text !== 'hangs') return
    handling.open(signal)
    await gate().opened
  })
  const ann = await connect()
  await ann.join('general')
  const running = ann.publish('general', texts(['stored', 'hangs']))
  const signal = await handling.opened
  await rooms.close()
  expect(signal.aborted).toBe(true)
  expect(await running).toMatchObject({ ok: false, code: 'CLOSING', results: [{ seq: 1 }] })
  expect(ann.of('message').map(([data]) => data)).toEqual([{ text: 'stored' }])
})

test('close ends also when the log hangs', async () => {
  const committing = gate()
  const log = memoryLog()
  const hanging = changedLog(log, {
    commit: () => {
      committing.open()
      return gate<undefined>().opened
    },
  })
  const { rooms, connect } = await startRooms({ contract: guestChat, closeTimeoutMs: 50, log: hanging })
  const ann = await connect()
  const { epoch } = await ann.join('general')
  ann.socket.emit(wire.publish, { room: 'general', epoch, cid: cidOf('a'), items: texts(['lost']) })
  await committing.opened
  await expect(rooms.close()).resolves.toBeUndefined()
})

test('close removes every listener, then closes the log, once', async () => {
  const happened: string[] = []
  const log = memoryLog()
  const noting = changedLog(log, { close: () => void happened.push('log closed') })
  const { io, rooms, connect } = await startRooms({ contract: guestChat, log: noting })
  const before = io.listenerCount('connection')
  const ann = await connect()
  await ann.join('general')
  const [socket] = io.sockets.sockets.values()
  const countAll = () =>
    [wire.join, wire.leave, wire.publish, wire.history, wire.volatile].map((event) => socket?.listenerCount(event))
  expect(countAll()).toEqual([1, 1, 1, 1, 1])
  await rooms.close()
  await rooms.close()
  expect(countAll()).toEqual([0, 0, 0, 0, 0])
  expect(io.listenerCount('connection')).toBe(before - 1)
  expect(happened).toEqual(['log closed'])
  await expect.poll(() => ann.socket.connected).toBe(false)
})

test('close waits until decided items are written before it closes the log', async () => {
  const happened: string[] = []
  const handling = gate()
  const log = memoryLog()
  const slow = changedLog(log, {
    commit: async (room, batch) => {
      await new Promise(setImmediate)
      happened.push(`${batch.items.length} written`)
      return await log.commit(room, batch)
    },
    close: () => void happened.push('log closed'),
  })
  const { rooms, connect } = await startRooms({ contract: guestChat, log: slow, closeTimeoutMs: 50 })
  rooms.handle('message', async ({ data }) => {
    if (data.text !== 'hangs') return
    handling.open()
    await gate().opened
  })
  const ann = await connect()
  await ann.join('general')
  const running = ann.publish('general', texts(['stored', 'hangs']))
  await handling.opened
  await rooms.close()
  expect(happened).toEqual(['1 written', 'log closed'])
  expect(await running).toMatchObject({ code: 'CLOSING', results: [{ seq: 1 }] })
})

test('a client that connects while the server closes gets CLOSING', async () => {
  const [asked, answered, handling, handled] = [gate(), gate(), gate(), gate()]
  let questions = 0
  const { rooms, url, connect } = await startRooms({
    contract: guestChat,
    authenticate: async ({ auth }) => {
      questions += 1
      if (auth['slow'] === true) {
        asked.open()
        await answered.opened
      }
      return { id: 'ann' }
    },
  })
  rooms.handle('message', async () => {
    handling.open()
    await handled.opened
  })
  const ann = await connect()
  await ann.join('general')
  const running = ann.publish('general', texts(['hi']))
  await handling.opened
  const refusalOf = (socket: ReturnType<typeof connectRaw>) =>
    new Promise<{ data?: unknown }>((resolve) => socket.on('connect_error', resolve))
  const slow = refusalOf(connectRaw(url, { slow: true }))
  await asked.opened
  const closed = rooms.close()
  answered.open()
  expect((await slow).data).toMatchObject({ code: 'CLOSING' })
  expect((await refusalOf(connectRaw(url))).data).toMatchObject({ code: 'CLOSING' })
  expect(questions).toBe(2)
  handled.open()
  await closed
  expect(await running).toMatchObject({ ok: true })
})

test('F6 E4 close sends $bye CLOSING to every client, also to one without a user, after the last answers', async () => {
  const handling = gate()
  const slow = gate()
  const { rooms, connect } = await startRooms({
    contract: chat,
    authenticate: (handshake) => (handshake.auth['id'] === 'none' ? undefined : believe(handshake)),
  })
  rooms.handle('message', async () => {
    handling.open()
    await slow.opened
  })
  const [ann, bob, anonymous] = [
    await connect({ id: 'ann' }),
    await connect({ id: 'bob' }),
    await connect({ id: 'none' }),
  ]
  const { epoch } = await ann.join('general')
  await bob.join('general')
  const before = bob.of(wire.members).length
  const order: string[] = []
  ann.socket.on(wire.bye, () => order.push('bye'))
  const ended = Promise.all(
    [ann, bob, anonymous].map(({ socket }) => new Promise((resolve) => socket.once('disconnect', resolve))),
  )
  const request = { room: 'general', epoch, cid: cidOf('a'), items: texts(['finished']) }
  ann.socket.emit(wire.publish, request, ({ ok }: { ok: boolean }) => order.push(`answer ${ok}`))
  await handling.opened
  const closed = rooms.close()
  slow.open()
  await closed
  expect(await ended).toEqual(['transport close', 'transport close', 'transport close'])
  for (const client of [ann, bob, anonymous]) expect(client.of(wire.bye)).toEqual([[{ code: 'CLOSING', after: 1_000 }]])
  expect(order).toEqual(['answer true', 'bye'])
  expect(bob.of('message')).toHaveLength(1)
  expect(bob.of(wire.members)).toHaveLength(before)
})

test('F6 the clients of a closing server come back over 15 ms for each of them', async () => {
  const { rooms, url } = await startRooms({ contract: guestChat })
  const byes: unknown[] = []
  const connected = Array.from({ length: 250 }, () => {
    const socket = connectRaw(url)
    socket.on(wire.bye, (bye) => byes.push(bye))
    return new Promise<void>((resolve) => socket.once('connect', resolve))
  })
  await Promise.all(connected)
  await rooms.close()
  await expect.poll(() => byes).toEqual(Array.from({ length: 250 }, () => ({ code: 'CLOSING', after: 3_750 })))
})

test('P9 close ends within closeTimeoutMs, also with a handler that hangs and a client that does not read', async () => {
  const { io, rooms, connect } = await startRooms({ contract: guestChat, closeTimeoutMs: 400 })
  const handling = gate()
  rooms.handle('message', async () => {
    handling.open()
    await gate().opened
  })
  const ann = await connect()
  await ann.join('general')
  ann.publish('general', texts(['hangs'])).catch(() => {}) // its connection ends
  await handling.opened
  // Engine.IO waits for the transport, which is never ready again.
  for (const { conn } of io.sockets.sockets.values()) vi.spyOn(conn.transport, 'writable', 'get').mockReturnValue(false)
  const from = performance.now()
  await rooms.close()
  expect(performance.now() - from).toBeLessThan(400 + 250)
})

test('P9 a log that does not close does not hold up close(); its error is the result of close()', async () => {
  const events: string[] = []
  const inspect = ({ type }: { readonly type: string }): void => void events.push(type)
  const hanging = changedLog(memoryLog(), { close: () => new Promise<void>(() => {}) })
  const { rooms } = await startRooms({ contract: guestChat, log: hanging, closeTimeoutMs: 100, inspect })
  await rooms.close()
  const failing = changedLog(memoryLog(), { close: () => Promise.reject(new Error('the disk is full')) })
  const other = await startRooms({ contract: guestChat, log: failing, inspect })
  await expect(other.rooms.close()).rejects.toThrow('the disk is full')
  expect(events).toEqual(['closing', 'closed', 'closing', 'closed'])
})

test('after close() the metrics have no room, member or unsent byte', async () => {
  const { rooms, connect } = await startRooms({ contract: chat, authenticate: believe })
  const ann = await connect({ id: 'ann' })
  await ann.join('general')
  await rooms.close()
  expect(rooms.metrics()).toMatchObject({ connections: 0, rooms: 0, members: 0, unsentBytes: 0 })
})
