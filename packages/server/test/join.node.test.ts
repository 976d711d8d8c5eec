import { wire } from '@roomful/contract'
import { describe, expect, test } from 'vitest'
import { memoryLog, refuse, type RoomLog } from '../src/index.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { gate, startRooms, texts } from './support/start-rooms.ts'

describe('$join and $leave', () => {
  test('a member hears the room, somebody else does not', async () => {
    const { connect } = await startRooms({ contract: guestChat })
    const [ann, bob, eve] = [await connect(), await connect(), await connect()]
    expect(await ann.join('general')).toEqual({
      ok: true,
      epoch: expect.stringMatching(/^.{8,32}$/),
      head: 0,
      first: 1,
      entries: [],
      members: { v: expect.any(Number), list: [{ user: { id: expect.any(String) } }] },
    })
    await bob.join('general')
    await eve.join('other')
    await ann.publish('general', texts(['hi']))
    await expect.poll(() => bob.of('message').length).toBe(1)
    expect(await eve.ask(wire.leave, { room: 'other' })).toEqual({ ok: true })
    expect(eve.of('message')).toEqual([])
  })

  test('who left hears nothing more, and may not speak', async () => {
    const { connect } = await startRooms({ contract: guestChat })
    const [ann, bob] = [await connect(), await connect()]
    await ann.join('general')
    await bob.join('general')
    expect(await bob.ask(wire.leave, { room: 'general' })).toEqual({ ok: true })
    await ann.publish('general', texts(['hi']))
    expect(await bob.publish('general', texts(['hi']))).toMatchObject({ ok: false, code: 'NOT_MEMBER', results: [] })
    expect(await bob.ask(wire.leave, { room: 'general' })).toEqual({ ok: true })
    expect(bob.of('message')).toEqual([])
  })

  test('S13 since: the page after it; another epoch, or more than there is: no entries', async () => {
    const { connect } = await startRooms({ contract: guestChat, limits: { page: 2 } })
    const ann = await connect()
    const { epoch } = await ann.join('general')
    await ann.publish('general', texts(['a', 'b', 'c', 'd']))
    const seqs = async (since?: { epoch: string; seq: number }) => {
      const answer = await ann.join('general', since)
      expect(answer).toMatchObject({ ok: true, epoch, head: 4, first: 1 })
      return answer.entries.map(({ seq }) => seq)
    }
    expect(await seqs()).toEqual([])
    expect(await seqs({ epoch, seq: 0 })).toEqual([1, 2])
    expect(await seqs({ epoch, seq: 3 })).toEqual([4])
    expect(await seqs({ epoch, seq: 4 })).toEqual([])
    expect(await seqs({ epoch, seq: 99 })).toEqual([])
    expect(await seqs({ epoch: 'yesterday', seq: 0 })).toEqual([])
  })

  test('S13 since before the oldest: from the oldest on', async () => {
    const { connect } = await startRooms({ contract: guestChat, log: memoryLog({ maxEntries: 2 }) })
    const ann = await connect()
    const { epoch } = await ann.join('general')
    await ann.publish('general', texts(['a', 'b', 'c', 'd']))
    expect(await ann.join('general', { epoch, seq: 1 })).toMatchObject({
      first: 3,
      head: 4,
      entries: [{ seq: 3 }, { seq: 4 }],
    })
  })

  test('LIMIT: so many rooms a connection; a room that was left makes place', async () => {
    const { connect } = await startRooms({ contract: guestChat, limits: { rooms: 2 } })
    const ann = await connect()
    await ann.join('a')
    await ann.join('b')
    expect(await ann.ask(wire.join, { room: 'c' })).toMatchObject({ ok: false, code: 'LIMIT', after: 1_000 })
    expect(await ann.join('b')).toMatchObject({ ok: true })
    await ann.ask(wire.leave, { room: 'a' })
    expect(await ann.join('c')).toMatchObject({ ok: true })
  })

  test('LIMIT: joins that wait together do not get past the number of rooms', async () => {
    const allowed = gate<boolean>()
    const { io, connect } = await startRooms({
      contract: guestChat,
      limits: { rooms: 2 },
      authorize: { join: () => allowed.opened },
    })
    const ann = await connect()
    const answers = Promise.all(['a', 'b', 'c', 'd'].map((room) => ann.ask(wire.join, { room })))
    allowed.open(true)
    expect((await answers).map(({ ok }) => ok)).toEqual([true, true, false, false])
    expect(roomsOf(io).length).toBe(2)
  })

  test('S15 a room is none of the rooms that the app makes, and no socket of that id', async () => {
    const { io, rooms, connect } = await startRooms({ contract: guestChat })
    io.on('connection', (socket) => void socket.join('vip'))
    const [ann, eve] = [await connect(), await connect()]
    await eve.join(String(ann.socket.id))
    await eve.join('roomful:general')
    await ann.join('general')
    io.to(String(ann.socket.id)).emit('private', 'for ann')
    await rooms.to('vip').emit('message', { text: 'to no one' })
    await rooms.to('general').emit('message', { text: 'to general' })
    await expect.poll(() => ann.of('private').length).toBe(1)
    await ann.ask(wire.leave, { room: 'general' })
    await eve.ask(wire.leave, { room: 'x' })
    expect(ann.of('message').map(([data]) => data)).toEqual([{ text: 'to general' }])
    expect(eve.heard.map(({ event }) => event)).toEqual([wire.hello])
  })
})

describe('authorize.join', () => {
  test('false is FORBIDDEN with a sentence, and so is whatever is not true', async () => {
    const { connect } = await startRooms({
      contract: chat,
      authenticate: believe,
      authorize: {
        join: ({ room, user }) => (room === 'odd' ? (1 as never) : user.name === 'Ann' && room === 'general'),
      },
    })
    const [ann, bob] = [await connect({ id: 'ann', name: 'Ann' }), await connect({ id: 'bob' })]
    expect(await ann.join('general')).toMatchObject({ ok: true })
    const no = { ok: false, code: 'FORBIDDEN', message: 'you are not allowed to join this room' }
    expect(await bob.ask(wire.join, { room: 'general' })).toEqual(no)
    expect(await ann.ask(wire.join, { room: 'odd' })).toEqual(no)
    await ann.publish('general', texts(['hi']))
    expect(await bob.publish('general', texts(['hi']), { epoch: 'whichever' })).toMatchObject({ code: 'NOT_MEMBER' })
    expect(bob.of('message')).toEqual([])
  })

  test('refuse says why, and when to come back', async () => {
    const { connect } = await startRooms({
      contract: guestChat,
      authorize: {
        join: ({ room }) => {
          throw room === 'full'
            ? refuse('LIMIT', 'the room is full', { after: 60_000 })
            : refuse('INVITE_ONLY', 'ask for an invitation')
        },
      },
    })
    const ann = await connect()
    expect(await ann.ask(wire.join, { room: 'full' })).toEqual({
      ok: false,
      code: 'LIMIT',
      message: 'the room is full',
      after: 60_000,
    })
    expect(await ann.ask(wire.join, { room: 'x' })).toEqual({
      ok: false,
      code: 'INVITE_ONLY',
      message: 'ask for an invitation',
    })
  })

  test('one that fails is UNAVAILABLE for now, reported, and kept secret', async () => {
    const { connect, errors } = await startRooms({
      contract: guestChat,
      authorize: { join: () => Promise.reject(new Error('secret')) },
    })
    const ann = await connect()
    const answer = await ann.ask(wire.join, { room: 'general' })
    expect(answer).toMatchObject({ ok: false, code: 'UNAVAILABLE', after: 1_000 })
    expect(JSON.stringify(answer)).not.toContain('secret')
    expect(errors).toEqual([{ error: new Error('secret'), context: { during: 'join', room: 'general' } }])
  })

  test('F30 a member who joins again without the right any more is out; one whom nobody could judge stays', async () => {
    let judge = (): boolean => true
    const { connect } = await startRooms({ contract: guestChat, authorize: { join: () => judge() } })
    const [ann, bob] = [await connect(), await connect()]
    await ann.join('general')
    await bob.join('general')
    judge = () => {
      throw new Error('down')
    }
    expect(await ann.ask(wire.join, { room: 'general' })).toMatchObject({ code: 'UNAVAILABLE' })
    expect(await ann.publish('general', texts(['still here']))).toMatchObject({ ok: true })
    judge = () => false
    expect(await ann.ask(wire.join, { room: 'general' })).toMatchObject({ code: 'FORBIDDEN' })
    expect(await ann.publish('general', texts(['gone']))).toMatchObject({ code: 'NOT_MEMBER' })
    await expect.poll(() => bob.of(wire.members).at(-1)?.[0]).toMatchObject({ gone: [expect.any(String)] })
  })
})

describe('S11 races', () => {
  test('a leave that overtakes a slow join leaves no ghost', async () => {
    const allowed = gate<boolean>()
    const { io, connect } = await startRooms({ contract: guestChat, authorize: { join: () => allowed.opened } })
    const ann = await connect()
    const joined = ann.ask(wire.join, { room: 'general' })
    const left = ann.ask(wire.leave, { room: 'general' })
    allowed.open(true)
    expect([(await joined).ok, (await left).ok]).toEqual([true, true])
    expect(roomsOf(io)).toEqual([])
    expect(await ann.publish('general', texts(['hi']), { epoch: 'whichever' })).toMatchObject({ code: 'NOT_MEMBER' })
  })

  test('join, leave, join at once ends joined', async () => {
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

  test('a slow join of one room holds up no other', async () => {
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

  test('a socket that goes while its join is judged joins nothing', async () => {
    const [asked, allowed] = [gate(), gate<boolean>()]
    const { io, connect, errors } = await startRooms({
      contract: guestChat,
      authorize: {
        join: ({ room }) => {
          if (room === 'other') return true
          asked.open()
          return allowed.opened
        },
      },
    })
    const [ann, bob] = [await connect(), await connect()]
    ann.socket.emit(wire.join, { room: 'general' })
    await asked.opened
    ann.socket.disconnect()
    await expect.poll(() => io.sockets.sockets.size).toBe(1)
    allowed.open(true)
    const { members } = await bob.join('general')
    expect(members?.list.length).toBe(1)
    await bob.ask(wire.leave, { room: 'general' })
    expect(roomsOf(io)).toEqual([])
    expect(errors).toEqual([])
  })

  test('a socket that goes while an adapter or the log is slow is in no room afterwards', async () => {
    const [reading, read] = [gate(), gate()]
    const log = memoryLog()
    const slowLog: RoomLog = {
      ...forwarding(log),
      page: async (room, request) => {
        reading.open()
        await read.opened
        return await log.page(room, request)
      },
    }
    const { io, connect } = await startRooms({ contract: guestChat, log: slowLog })
    const { adapter } = io.sockets
    const addAll = adapter.addAll.bind(adapter)
    adapter.addAll = async (id, names) => {
      if ([...names].some((name) => name.startsWith('roomful:'))) await new Promise(setImmediate)
      return await addAll(id, names)
    }
    const [ann, bob] = [await connect(), await connect()]
    ann.socket.emit(wire.join, { room: 'general' })
    await reading.opened
    ann.socket.disconnect()
    await expect.poll(() => io.sockets.sockets.size).toBe(1)
    read.open()
    const { members } = await bob.join('general')
    expect(members?.list.length).toBe(1)
    expect([...(adapter.rooms.get('roomful:general') ?? [])]).toEqual([bob.socket.id])
  })

  test('a join whose log fails is UNAVAILABLE, and joins nothing', async () => {
    const log = memoryLog()
    const broken: RoomLog = { ...forwarding(log), page: () => Promise.reject(new Error('disk')) }
    const { io, connect, errors } = await startRooms({ contract: guestChat, log: broken })
    const ann = await connect()
    expect(await ann.ask(wire.join, { room: 'general' })).toMatchObject({ ok: false, code: 'UNAVAILABLE' })
    expect(roomsOf(io)).toEqual([])
    expect(errors.map(({ error }) => error)).toEqual([new Error('disk')])
  })
})

function forwarding(log: RoomLog): RoomLog {
  return { commit: (room, batch) => log.commit(room, batch), page: (room, request) => log.page(room, request) }
}

/** The Socket.IO rooms that stand for ours. */
function roomsOf(io: { sockets: { adapter: { rooms: Map<string, unknown> } } }): string[] {
  return [...io.sockets.adapter.rooms.keys()].filter((name) => name.startsWith('roomful:'))
}
