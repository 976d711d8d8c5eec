import { wire } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { memoryLog } from '../src/index.ts'
import { guestChat } from './support/chat.ts'
import { logs } from './support/logs.ts'
import { roomsOf } from './support/rooms-of.ts'
import { gate, startRooms, texts } from './support/start-rooms.ts'

describe('$join and $leave', () => {
  test.each(logs)('S13 %s log: a view of an earlier epoch continues with what follows it', async (_name, create) => {
    const { rooms, connect } = await startRooms({ contract: guestChat, log: create() })
    const ann = await connect()
    const { epoch } = await ann.join('general')
    await ann.publish('general', texts(['a', 'b']))
    await rooms.newEpoch()
    await rooms.newEpoch()
    await rooms.to('general').emit('message', { text: 'c' })
    const join = async (since: { epoch: string; seq: number }, last?: number) => {
      const { continues, head, entries } = await ann.join('general', since, { ...(last && { last }) })
      return { continues, head, seqs: entries.map(({ seq }) => seq) }
    }
    expect(await join({ epoch, seq: 1 })).toEqual({ continues: 1, head: 3, seqs: [2, 3] })
    // Numbers that no log has: they were lost with a power failure, for example.
    expect(await join({ epoch, seq: 9 }, 1)).toEqual({ continues: 2, head: 3, seqs: [3] })
    expect(await join({ epoch: 'unknown epoch', seq: 0 })).toEqual({ continues: 0, head: 3, seqs: [1, 2, 3] })
    expect(await join({ epoch: 'unknown epoch', seq: 1 }, 1)).toEqual({ continues: undefined, head: 3, seqs: [3] })
    const now = (await ann.join('general')).epoch
    expect(await join({ epoch: now, seq: 3 })).toEqual({ continues: 3, head: 3, seqs: [] })
    expect(await join({ epoch: now, seq: 4 })).toEqual({ continues: undefined, head: 3, seqs: [] })
  })

  test('a member gets the messages of the room, another client does not', async () => {
    const { connect } = await startRooms({ contract: guestChat })
    const [ann, bob, eve] = [await connect(), await connect(), await connect()]
    expect(await ann.join('general')).toEqual({
      ok: true,
      epoch: expect.stringMatching(/^.{8,32}$/),
      head: 0,
      first: 1,
      entries: [],
      members: { v: expect.any(Number), count: 1, list: [{ user: { id: expect.any(String) } }] },
    })
    await bob.join('general')
    await eve.join('other')
    await ann.publish('general', texts(['hi']))
    await expect.poll(() => bob.of('message').length).toBe(1)
    expect(await eve.ask(wire.leave, { room: 'other' })).toEqual({ ok: true })
    expect(eve.of('message')).toEqual([])
  })

  test('a client that left gets no more messages, and cannot publish', async () => {
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

  test('S13 since gives the page after it; with another epoch or a seq beyond the head no entries', async () => {
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
    expect(await seqs({ epoch: 'yesterday', seq: 1 })).toEqual([])
  })

  test('S13 since before the oldest entry gives the page from the oldest one', async () => {
    const { connect } = await startRooms({ contract: guestChat, log: memoryLog({ retention: { maxEntries: 2 } }) })
    const ann = await connect()
    const { epoch } = await ann.join('general')
    await ann.publish('general', texts(['a', 'b', 'c', 'd']))
    expect(await ann.join('general', { epoch, seq: 1 })).toMatchObject({
      first: 3,
      head: 4,
      entries: [{ seq: 3 }, { seq: 4 }],
    })
  })

  test('S13 last gives the newest entries, unless since continues a view', async () => {
    const { connect } = await startRooms({ contract: guestChat, limits: { page: 3 } })
    const ann = await connect()
    expect(await ann.join('general', undefined, { last: 2 })).toMatchObject({ head: 0, entries: [] })
    const { epoch } = await ann.join('general')
    await ann.publish('general', texts(['a', 'b', 'c', 'd', 'e']))
    const seqs = async (since: { epoch: string; seq: number } | undefined, last: number) => {
      const answer = await ann.join('general', since, { last })
      expect(answer).toMatchObject({ ok: true, epoch, head: 5, first: 1 })
      return answer.entries.map(({ seq }) => seq)
    }
    expect(await seqs(undefined, 2)).toEqual([4, 5])
    expect(await seqs(undefined, 99)).toEqual([3, 4, 5])
    expect(await seqs({ epoch: 'yesterday', seq: 3 }, 2)).toEqual([4, 5])
    expect(await seqs({ epoch, seq: 99 }, 2)).toEqual([4, 5])
    expect(await seqs({ epoch, seq: 0 }, 2)).toEqual([1, 2, 3])
    expect(await seqs({ epoch, seq: 5 }, 2)).toEqual([])
  })

  test('S13 last gives at most pageBytes, and keeps the newest entries', async () => {
    const { connect } = await startRooms({
      contract: guestChat,
      limits: { eventBytes: 5_000, pageBytes: 5_000 },
      log: memoryLog({ retention: { maxEntries: 3 } }),
    })
    const ann = await connect()
    await ann.join('general')
    await ann.publish('general', texts(['a', 'b', 'c', 'd'].map((letter) => letter.repeat(2_000))))
    const { entries, first } = await ann.join('general', undefined, { last: 4 })
    expect([first, entries.map(({ seq }) => seq)]).toEqual([2, [3, 4]])
  })

  test('SEC9 LIMIT: the rooms of a connection are bounded; leaving one makes space', async () => {
    const { connect } = await startRooms({ contract: guestChat, limits: { rooms: 2 } })
    const ann = await connect()
    await ann.join('a')
    await ann.join('b')
    expect(await ann.ask(wire.join, { room: 'c' })).toMatchObject({ ok: false, code: 'LIMIT', after: 1_000 })
    expect(await ann.join('b')).toMatchObject({ ok: true })
    await ann.ask(wire.leave, { room: 'a' })
    expect(await ann.join('c')).toMatchObject({ ok: true })
  })

  test('SEC9 LIMIT: concurrent joins cannot exceed the number of rooms', async () => {
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

  test('SEC15 a room never collides with a Socket.IO room of the app or with a socket id', async () => {
    const { io, rooms, connect } = await startRooms({ contract: guestChat })
    io.on('connection', (socket) => void socket.join('vip'))
    const [ann, eve] = [await connect(), await connect()]
    await eve.join(String(ann.socket.id))
    await eve.join('roomful:general')
    await ann.join('general')
    io.to(String(ann.socket.id)).emit('private', 'for ann')
    await rooms.to('vip').emit('message', { text: 'to vip' })
    await rooms.to('general').emit('message', { text: 'to general' })
    await expect.poll(() => ann.of('private').length).toBe(1)
    await ann.ask(wire.leave, { room: 'general' })
    await eve.ask(wire.leave, { room: 'x' })
    expect(ann.of('message').map(([data]) => data)).toEqual([{ text: 'to general' }])
    expect(eve.heard.map(({ event }) => event)).toEqual([wire.hello])
  })
})
