import { type Out, wire } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { memoryLog, refuse } from '../src/index.ts'
import { changedLog } from './support/changed-log.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { logs } from './support/logs.ts'
import { roomsOf } from './support/rooms-of.ts'
import { type Client, gate, startRooms, texts, words } from './support/start-rooms.ts'

const outs = (client: Client): Out[] => client.of(wire.out).map(([out]) => out as Out)
const options = { contract: chat, authenticate: believe }

describe('SEC15 rooms.remove puts a user out of a room', () => {
  test('on all of its connections and at once: no more events, and every request needs another join', async () => {
    const { rooms, io, connect } = await startRooms(options)
    const tabs = [await connect({ id: 'ann' }), await connect({ id: 'ann' })] as const
    const bob = await connect({ id: 'bob' })
    for (const client of [...tabs, bob]) await client.join('general')
    await rooms.remove('general', 'ann', { code: 'SPAM', message: 'no advertising' })
    expect(await bob.publish('general', texts(['after']))).toMatchObject({ ok: true })
    await expect.poll(() => words(bob)).toEqual(['after'])
    for (const ann of tabs) {
      expect(await ann.publish('general', texts(['mine']))).toMatchObject({ code: 'NOT_MEMBER', results: [] })
      expect(await ann.ask(wire.history, { room: 'general', epoch: 'any-epoch', after: 0, limit: 1 })).toMatchObject({
        code: 'NOT_MEMBER',
      })
      expect(outs(ann)).toEqual([{ room: 'general', code: 'SPAM', message: 'no advertising' }])
      expect(words(ann)).toEqual([])
    }
    expect(await rooms.members('general')).toEqual([{ user: { id: 'bob', name: 'bob' } }])
    expect(io.sockets.adapter.rooms.get('roomful:general')?.size).toBe(1)
  })

  test('the other members hear that the user is gone, and stays in its other rooms', async () => {
    const { rooms, connect } = await startRooms(options)
    const [ann, bob] = [await connect({ id: 'ann' }), await connect({ id: 'bob' })]
    await bob.join('general')
    await ann.join('general')
    await ann.join('other')
    await rooms.remove('general', 'ann')
    await expect.poll(() => bob.of(wire.members).at(-1)?.[0]).toMatchObject({ gone: ['ann'] })
    await expect
      .poll(() => outs(ann))
      .toEqual([{ room: 'general', code: 'REMOVED', message: 'you were removed from this room' }])
    expect(await ann.publish('other', texts(['still here']))).toMatchObject({ ok: true })
  })

  test('without a ban the user may join again at once', async () => {
    const { rooms, connect } = await startRooms(options)
    const ann = await connect({ id: 'ann' })
    await ann.join('general')
    await rooms.remove('general', 'ann')
    expect(await ann.join('general')).toMatchObject({ ok: true })
    expect(outs(ann)).toHaveLength(1)
  })

  test('a connection that is lost and kept as a member is removed too', async () => {
    const { rooms, connect } = await startRooms({ ...options, presenceGraceMs: 60_000 })
    const [ann, bob] = [await connect({ id: 'ann' }), await connect({ id: 'bob' })]
    await ann.join('general')
    await bob.join('general')
    ann.socket.io.engine.close()
    const idsOf = async () => (await rooms.members('general')).map(({ user }) => user.id)
    expect(await idsOf()).toEqual(['ann', 'bob'])
    await rooms.remove('general', 'ann')
    expect(await idsOf()).toEqual(['bob'])
  })

  test('a room and a user that do not exist are no error, and bad arguments say what was expected', async () => {
    const { rooms } = await startRooms(options)
    await rooms.remove('nowhere', 'unknown')
    const bad: [() => Promise<unknown>, string][] = [
      [() => rooms.remove('', 'ann'), 'a room'],
      [() => rooms.remove('general', ''), "the user's id must be a well-formed string of 1 to 128 characters"],
      [() => rooms.remove('general', 'half \ud83d'), "the user's id must be a well-formed string"],
      [
        () => rooms.remove('general', 'ann', { code: 'RATE' }),
        'must not be one after which clients try again, got "RATE"',
      ],
      [() => rooms.remove('general', 'ann', { banMs: -1 }), 'banMs must be a whole number of at least 1'],
      [() => rooms.unban('general', ''), "the user's id must be"],
      [() => rooms.reauthorize(''), "the user's id must be"],
      [() => rooms.history('general', { limit: 0 }), 'limit must be a whole number of at least 1'],
      [() => rooms.members(''), 'a room'],
    ]
    for (const [call, sentence] of bad)
      await expect(call()).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(sentence),
      })
  })
})

describe.each(logs)('SEC15 a ban in the %s log', (_name, createLog) => {
  test('refuses joins with its code and sentence, before the app is asked, until its time is over or it is lifted', async () => {
    const asked: string[] = []
    const authorize = { join: ({ user }: { user: { id: string } }) => (asked.push(user.id), true) }
    const { rooms, connect } = await startRooms({ ...options, log: createLog(), authorize })
    const ann = await connect({ id: 'ann' })
    await ann.join('general')
    await rooms.remove('general', 'ann', { banMs: 60_000, message: 'come back tomorrow' })
    await expect.poll(() => outs(ann)).toEqual([{ room: 'general', code: 'BANNED', message: 'come back tomorrow' }])
    asked.length = 0
    const refusal = { ok: false, code: 'BANNED', message: 'come back tomorrow' }
    expect(await ann.join('general')).toEqual(refusal)
    expect(await (await connect({ id: 'ann' })).join('general')).toEqual(refusal)
    expect(asked).toEqual([])
    expect(await ann.join('other')).toMatchObject({ ok: true })
    expect(await (await connect({ id: 'bob' })).join('general')).toMatchObject({ ok: true })

    await rooms.unban('general', 'ann')
    expect(await ann.join('general')).toMatchObject({ ok: true })
    await rooms.remove('general', 'ann', { banMs: 1 })
    await expect.poll(() => ann.join('general')).toMatchObject({ ok: true })
  })
})

describe('SEC15 a join under way', () => {
  test('that had made the user a member is refused, behind $out', async () => {
    const [reading, read] = [gate(), gate()]
    const log = memoryLog()
    let isSlow = false
    const slow = changedLog(log, {
      page: async (room, request) => {
        if (isSlow) {
          reading.open()
          await read.opened
        }
        return await log.page(room, request)
      },
    })
    const { rooms, io, connect } = await startRooms({ ...options, log: slow })
    const ann = await connect({ id: 'ann' })
    isSlow = true
    const joined = ann.join('general')
    await reading.opened
    await rooms.remove('general', 'ann', { code: 'SPAM', message: 'no' })
    read.open()
    expect(await joined).toEqual({ ok: false, code: 'SPAM', message: 'no' })
    expect(outs(ann)).toHaveLength(1)
    expect([roomsOf(io), await rooms.members('general')]).toEqual([[], []])
  })

  test('that waits for the app is decided again: a ban given meanwhile counts', async () => {
    const [asked, allowed] = [gate(), gate<boolean>()]
    let questions = 0
    const join = () => ((questions += 1), asked.open(), allowed.opened)
    const { rooms, io, connect } = await startRooms({ ...options, authorize: { join } })
    const ann = await connect({ id: 'ann' })
    const joined = ann.join('general')
    await asked.opened
    await rooms.remove('general', 'ann', { banMs: 60_000 })
    allowed.open(true)
    expect(await joined).toMatchObject({ ok: false, code: 'BANNED' })
    expect([questions, outs(ann), roomsOf(io)]).toEqual([1, [], []])
  })

  test('that waits for the app is asked again, and may enter where there is no ban', async () => {
    const [asked, allowed] = [gate(), gate<boolean>()]
    let questions = 0
    const join = () => ((questions += 1), asked.open(), allowed.opened)
    const { rooms, connect } = await startRooms({ ...options, authorize: { join } })
    const ann = await connect({ id: 'ann' })
    const joined = ann.join('general')
    await asked.opened
    await rooms.remove('general', 'ann')
    allowed.open(true)
    expect(await joined).toMatchObject({ ok: true })
    expect([questions, outs(ann)]).toEqual([2, []])
  })

  test('a failing log keeps banned users out: the join is refused for now', async () => {
    const log = changedLog(memoryLog(), { ban: () => Promise.reject(new Error('disk')) })
    const { connect, errors } = await startRooms({ ...options, log })
    expect(await (await connect()).join('general')).toMatchObject({ code: 'UNAVAILABLE' })
    expect(errors).toMatchObject([{ context: { during: 'join', room: 'general' } }])
  })

  test('a ban that the log does not take rejects, and the user is out all the same', async () => {
    const { rooms, connect } = await startRooms({ ...options, log: memoryLog({ maxBans: 1 }) })
    await rooms.remove('general', 'bob', { banMs: 60_000 })
    const ann = await connect({ id: 'ann' })
    await ann.join('general')
    await expect(rooms.remove('general', 'ann', { banMs: 60_000 })).rejects.toMatchObject({ code: 'LIMIT' })
    expect(await rooms.members('general')).toEqual([])
  })
})

describe('SEC16 a batch whose sender is put out while the app decides', () => {
  test('is not stored, not sent to the members, and answered with NOT_MEMBER', async () => {
    const [handling, handled] = [gate(), gate()]
    const { rooms, connect } = await startRooms(options)
    const handlers: string[] = []
    rooms.handle('message', async ({ data }) => {
      handlers.push(data.text)
      handling.open()
      await handled.opened
    })
    const [ann, bob] = [await connect({ id: 'ann' }), await connect({ id: 'bob' })]
    await ann.join('general')
    await bob.join('general')
    const published = ann.publish('general', texts(['one', 'two']))
    await handling.opened
    await rooms.remove('general', 'ann')
    handled.open()
    expect(await published).toMatchObject({ ok: false, code: 'NOT_MEMBER', results: [] })
    expect(await rooms.history('general')).toMatchObject({ head: 0, entries: [] })
    expect(handlers).toEqual(['one'])
    await bob.publish('general', texts(['after']), { cid: 'b'.repeat(22) })
    await expect.poll(() => words(bob)).toEqual(['after'])
  })

  test('the same where the connection is gone meanwhile; without a removal it is stored', async () => {
    const [handling, handled] = [gate(), gate()]
    const { rooms, io, connect } = await startRooms(options)
    rooms.handle('message', async () => {
      handling.open()
      await handled.opened
    })
    const [ann, cem] = [await connect({ id: 'ann' }), await connect({ id: 'cem' })]
    for (const client of [ann, cem]) await client.join('general')
    void ann.publish('general', texts(['ann'])).catch(() => {})
    void cem.publish('general', texts(['cem'])).catch(() => {})
    await handling.opened
    ann.socket.io.engine.close()
    cem.socket.io.engine.close()
    await expect.poll(() => io.sockets.sockets.size).toBe(0)
    await rooms.remove('general', 'ann')
    handled.open()
    await expect.poll(async () => (await rooms.history('general')).entries).toMatchObject([{ data: { text: 'cem' } }])
  })

  test('a volatile event whose sender is put out meanwhile is not relayed', async () => {
    const [asked, allowed] = [gate(), gate<boolean>()]
    const emit = () => (asked.open(), allowed.opened)
    const { rooms, connect } = await startRooms({ ...options, authorize: { emit } })
    const [ann, bob] = [await connect({ id: 'ann' }), await connect({ id: 'bob' })]
    for (const client of [ann, bob]) await client.join('general')
    ann.socket.emit(wire.volatile, { room: 'general', event: 'cursor', data: { x: 1, y: 1 } })
    await asked.opened
    await rooms.remove('general', 'ann')
    allowed.open(true)
    await bob.ask(wire.leave, { room: 'general' })
    expect(bob.of('cursor')).toEqual([])
  })
})

describe('SEC15 rooms.reauthorize asks the app again', () => {
  test('for each room of a user, with the params of its join, and puts it out where it is refused now', async () => {
    let isClosed = false
    const asked: unknown[] = []
    const { rooms, connect, errors } = await startRooms({
      ...options,
      authorize: {
        join: ({ room, user, params }) => {
          asked.push([user.id, room, params])
          if (isClosed && room === 'staff') throw refuse('NOT_STAFF', 'this room is for the staff')
          if (isClosed && room === 'shaky') throw new Error('the database is away')
          return true
        },
      },
    })
    const [ann, bob] = [await connect({ id: 'ann' }), await connect({ id: 'bob' })]
    for (const room of ['staff', 'shaky', 'open']) await ann.join(room, undefined, { params: { from: room } })
    await bob.join('staff')
    asked.length = 0
    isClosed = true
    await rooms.reauthorize('ann')
    expect(asked).toEqual([
      ['ann', 'staff', { from: 'staff' }],
      ['ann', 'shaky', { from: 'shaky' }],
      ['ann', 'open', { from: 'open' }],
    ])
    expect(errors).toHaveLength(1)
    await expect
      .poll(() => outs(ann))
      .toEqual([{ room: 'staff', code: 'NOT_STAFF', message: 'this room is for the staff' }])
    for (const room of ['shaky', 'open']) expect(await ann.publish(room, texts(['x']))).toMatchObject({ ok: true })
    expect(outs(bob)).toEqual([])
    await rooms.reauthorize()
    await expect.poll(() => outs(bob)).toMatchObject([{ room: 'staff', code: 'NOT_STAFF' }])
  })

  test('a join that the app had allowed before is asked for again', async () => {
    const [asked, allowed] = [gate(), gate<boolean>()]
    let isAllowed: Promise<boolean> | boolean = allowed.opened
    const { rooms, connect } = await startRooms({
      ...options,
      authorize: { join: () => (asked.open(), isAllowed) },
    })
    const ann = await connect({ id: 'ann' })
    const joined = ann.join('general')
    await asked.opened
    isAllowed = false
    const reauthorized = rooms.reauthorize('ann')
    allowed.open(true)
    await Promise.all([joined, reauthorized])
    await expect.poll(() => outs(ann)).toMatchObject([{ room: 'general', code: 'FORBIDDEN' }])
    expect(await rooms.members('general')).toEqual([])
  })
})

test('a guest is removed by the id that the members see', async () => {
  const { rooms, connect } = await startRooms({ contract: guestChat })
  const ann = await connect()
  await ann.join('general')
  const [member] = await rooms.members('general')
  await rooms.remove('general', member?.user.id ?? '')
  await expect.poll(() => outs(ann)).toMatchObject([{ code: 'REMOVED' }])
})
