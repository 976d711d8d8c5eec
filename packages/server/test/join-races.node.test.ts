import { wire } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { memoryLog, type RoomLog } from '../src/index.ts'
import { changedLog } from './support/changed-log.ts'
import { guestChat } from './support/chat.ts'
import { roomsOf } from './support/rooms-of.ts'
import { gate, startRooms, texts, words } from './support/start-rooms.ts'

describe('S11 races', () => {
  test('a leave that overtakes a slow join leaves no member behind', async () => {
    const allowed = gate<boolean>()
    const { io, connect } = await startRooms({ contract: guestChat, authorize: { join: () => allowed.opened } })
    const ann = await connect()
    const joined = ann.ask(wire.join, { room: 'general' })
    const left = ann.ask(wire.leave, { room: 'general' })
    allowed.open(true)
    expect([(await joined).ok, (await left).ok]).toEqual([true, true])
    expect(roomsOf(io)).toEqual([])
    expect(await ann.publish('general', texts(['hi']), { epoch: 'any-epoch' })).toMatchObject({ code: 'NOT_MEMBER' })
  })

  test('S11 P2 a message sent while the page is read reaches the joining client: it is a member before the read', async () => {
    const [reading, read] = [gate(), gate()]
    const log = memoryLog()
    let isSlow = false
    const slow = changedLog(log, {
      page: async (room, request) => {
        const page = await log.page(room, request)
        if (isSlow) {
          reading.open()
          await read.opened
        }
        return page
      },
    })
    const { connect } = await startRooms({ contract: guestChat, log: slow })
    const [ann, bob] = [await connect(), await connect()]
    await bob.join('general')
    isSlow = true
    const joined = ann.join('general')
    await reading.opened
    isSlow = false
    expect(await bob.publish('general', texts(['meanwhile']))).toMatchObject({ ok: true })
    read.open()
    expect(await joined).toMatchObject({ ok: true, head: 0 })
    await expect.poll(() => words(ann)).toEqual(['meanwhile'])
  })

  test('join, leave and join sent together end in a membership', async () => {
    const { io, connect } = await startRooms({
      contract: guestChat,
      authorize: { join: () => new Promise((resolve) => setImmediate(() => resolve(true))) },
    })
    const ann = await connect()
    await Promise.all([
      ann.ask(wire.join, { room: 'general' }),
      ann.ask(wire.leave, { room: 'general' }),
      ann.ask(wire.join, { room: 'general' }),
    ])
    expect(roomsOf(io)).toEqual(['roomful:general'])
  })

  test('a slow join of one room does not delay joins of others', async () => {
    const allowed = gate<boolean>()
    const { connect } = await startRooms({
      contract: guestChat,
      authorize: { join: ({ room }) => (room === 'slow' ? allowed.opened : true) },
    })
    const ann = await connect()
    const slow = ann.ask(wire.join, { room: 'slow' })
    expect(await ann.join('quick')).toMatchObject({ ok: true })
    allowed.open(true)
    expect(await slow).toMatchObject({ ok: true })
  })

  test('a socket that disconnects during authorize.join joins no room', async () => {
    const [asked, allowed] = [gate(), gate<boolean>()]
    const { log, roomsInUse } = counting(memoryLog())
    const { io, connect, errors } = await startRooms({
      contract: guestChat,
      log,
      authorize: {
        join: () => {
          asked.open()
          return allowed.opened
        },
      },
    })
    const ann = await connect()
    ann.socket.emit(wire.join, { room: 'general' })
    await asked.opened
    ann.socket.disconnect()
    await expect.poll(() => io.sockets.sockets.size).toBe(0)
    allowed.open(true)
    await new Promise(setImmediate)
    expect(roomsOf(io)).toEqual([])
    expect(roomsInUse()).toEqual([])
    expect(errors).toEqual([])
  })

  test('a socket that disconnects while a slow adapter adds it is in no room afterwards', async () => {
    const [adding, add, added] = [gate(), gate(), gate()]
    const { log, roomsInUse } = counting(memoryLog())
    const { io, connect } = await startRooms({ contract: guestChat, log })
    const ann = await connect()
    const { adapter } = io.sockets
    const addAll = adapter.addAll.bind(adapter)
    adapter.addAll = async (id, names) => {
      adding.open()
      await add.opened
      await addAll(id, names)
      added.open()
    }
    ann.socket.emit(wire.join, { room: 'general' })
    await adding.opened
    ann.socket.disconnect()
    await expect.poll(() => io.sockets.sockets.size).toBe(0)
    add.open()
    await added.opened
    await new Promise(setImmediate)
    expect(roomsOf(io)).toEqual([])
    expect(roomsInUse()).toEqual([])
  })

  test('a socket that disconnects while the log is slow is in no room afterwards', async () => {
    const [reading, read] = [gate(), gate()]
    const { log, roomsInUse } = counting(memoryLog())
    const { io, connect, errors } = await startRooms({
      contract: guestChat,
      log: {
        ...log,
        page: async (room, request) => {
          reading.open()
          await read.opened
          return await log.page(room, request)
        },
      },
    })
    const ann = await connect()
    ann.socket.emit(wire.join, { room: 'general' })
    await reading.opened
    expect(roomsInUse()).toEqual(['general'])
    ann.socket.disconnect()
    await expect.poll(() => io.sockets.sockets.size).toBe(0)
    read.open()
    await new Promise(setImmediate)
    expect(roomsOf(io)).toEqual([])
    expect(roomsInUse()).toEqual([])
    expect(errors).toEqual([])
  })

  test('S11 a join waits for a slow subscription: what is committed before the page is read is in it, the rest comes live', async () => {
    const [subscribing, subscribed] = [gate(), gate()]
    const log = memoryLog()
    const slow = changedLog(log, {
      subscribe: async (room, listener) => {
        subscribing.open()
        await subscribed.opened
        return await log.subscribe(room, listener)
      },
    })
    const { rooms, connect } = await startRooms({ contract: guestChat, log: slow })
    const ann = await connect()
    const { epoch } = await rooms.history('general')
    const joining = ann.join('general', { epoch, seq: 0 })
    await subscribing.opened
    await rooms.to('general').emit('message', { text: 'before' })
    subscribed.open()
    expect(await joining).toMatchObject({ head: 1, entries: [{ data: { text: 'before' } }] })
    await rooms.to('general').emit('message', { text: 'after' })
    await expect.poll(() => words(ann)).toEqual(['after'])
  })

  test('a socket that disconnects while the room subscribes is in no room afterwards, and the subscription ends', async () => {
    const [subscribing, subscribed] = [gate(), gate()]
    const counted = counting(memoryLog())
    const slow = changedLog(counted.log, {
      subscribe: async (room, listener) => {
        subscribing.open()
        await subscribed.opened
        return await counted.log.subscribe(room, listener)
      },
    })
    const joined: string[] = []
    const { io, connect, errors } = await startRooms({
      contract: guestChat,
      log: slow,
      onJoin: ({ room }) => void joined.push(room),
    })
    const ann = await connect()
    ann.socket.emit(wire.join, { room: 'general' })
    await subscribing.opened
    ann.socket.disconnect()
    await expect.poll(() => io.sockets.sockets.size).toBe(0)
    subscribed.open()
    await new Promise(setImmediate)
    expect([roomsOf(io), counted.roomsInUse(), joined, errors]).toEqual([[], [], [], []])
  })

  test('a join whose subscription fails is UNAVAILABLE, and makes no member; the next one subscribes again', async () => {
    const log = memoryLog()
    let isAway = true
    const failing = changedLog(log, {
      subscribe: (room, listener) => {
        if (isAway) throw new Error('the log is away')
        return log.subscribe(room, listener)
      },
    })
    const { io, rooms, connect, errors } = await startRooms({ contract: guestChat, log: failing })
    const [ann, bob] = [await connect(), await connect()]
    const answers = await Promise.all([ann, bob].map((client) => client.ask(wire.join, { room: 'general' })))
    expect(answers).toMatchObject([{ code: 'UNAVAILABLE' }, { code: 'UNAVAILABLE' }])
    expect(roomsOf(io)).toEqual([])
    expect(errors.map(({ error }) => error)).toEqual([new Error('the log is away'), new Error('the log is away')])
    isAway = false
    await ann.join('general')
    await rooms.to('general').emit('message', { text: 'hi' })
    await expect.poll(() => words(ann)).toEqual(['hi'])
  })

  test('a join whose log fails is UNAVAILABLE, and makes no member', async () => {
    const { log, roomsInUse } = counting(memoryLog())
    const broken: RoomLog = { ...log, page: () => Promise.reject(new Error('disk')) }
    const { io, connect, errors } = await startRooms({ contract: guestChat, log: broken })
    const ann = await connect()
    expect(await ann.ask(wire.join, { room: 'general' })).toMatchObject({ ok: false, code: 'UNAVAILABLE' })
    expect(roomsOf(io)).toEqual([])
    expect(roomsInUse()).toEqual([])
    expect(errors.map(({ error }) => error)).toEqual([new Error('disk')])
  })
})

/** A log that lists the rooms that it must keep. */
function counting(log: RoomLog): { readonly log: RoomLog; readonly roomsInUse: () => string[] } {
  const inUse: string[] = []
  return {
    log: changedLog(log, {
      subscribe: (room) => {
        inUse.push(room)
        return () => void inUse.splice(inUse.indexOf(room), 1)
      },
    }),
    roomsInUse: () => inUse,
  }
}
