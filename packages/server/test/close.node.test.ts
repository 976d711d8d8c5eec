import { wire } from '@roomful/contract/protocol'
import { expect, test } from 'vitest'
import { memoryLog } from '../src/index.ts'
import { changedLog } from './support/changed-log.ts'
import { guestChat } from './support/chat.ts'
import { cidOf, connectRaw, gate, requests, startRooms, texts } from './support/start-rooms.ts'

test('F6 close refuses what is new, finishes the item that runs, and leaves the rest for another server', async () => {
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

test('P9 close waits no longer than closeTimeoutMs: what hangs is stopped, its signal aborts, and its item passes', async () => {
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

test('close ends although the log hangs', async () => {
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

test('close lets go of every listener, then closes the log, once', async () => {
  const happened: string[] = []
  const log = memoryLog()
  const noting = changedLog(log, { close: () => void happened.push('log closed') })
  const { io, rooms, connect } = await startRooms({ contract: guestChat, log: noting })
  const before = io.listenerCount('connection')
  const ann = await connect()
  await ann.join('general')
  const [socket] = io.sockets.sockets.values()
  const countAll = () =>
    [wire.join, wire.leave, wire.publish, wire.history, wire.volatile, 'disconnecting'].map((event) =>
      socket?.listenerCount(event),
    )
  expect(countAll()).toEqual([1, 1, 1, 1, 1, 1])
  await rooms.close()
  await rooms.close()
  expect(countAll()).toEqual([0, 0, 0, 0, 0, 0])
  expect(io.listenerCount('connection')).toBe(before - 1)
  expect(happened).toEqual(['log closed'])
  expect(ann.socket.connected).toBe(true)
})

test('close waits for what was decided to be written, before it closes the log', async () => {
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

test('who connects while it closes is CLOSING: not asked any more, or asked in vain', async () => {
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
