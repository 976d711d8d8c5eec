import { randomUUID } from 'node:crypto'
import { type JoinAnswer, type JoinsAnswer, MAX_JOINS_MS, wire } from '@roomful/contract/protocol'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { memoryLog, refuse } from '../src/index.ts'
import { changedLog } from './support/changed-log.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { roomsOf } from './support/rooms-of.ts'
import { type Client, gate, startRooms, texts } from './support/start-rooms.ts'

const joinAll = async (client: Client, rooms: readonly unknown[]): Promise<JoinsAnswer> =>
  await client.ask<JoinsAnswer>(wire.join, { rooms })
const named = (names: readonly string[]) => names.map((room) => ({ room }))

describe('S26 $join of several rooms', () => {
  test('is answered in order, each room as its own $join would be', async () => {
    const { io, connect } = await startRooms({ contract: guestChat })
    const bob = await connect()
    const { epoch } = await bob.join('busy')
    await bob.publish('busy', texts(['one', 'two', 'three']))
    const ann = await connect()
    const { ok, answers } = await joinAll(ann, [
      { room: 'quiet' },
      { room: 'busy', since: { epoch, seq: 1 } },
      { room: 'newest', last: 1 },
    ])
    expect(ok).toBe(true)
    expect(answers).toMatchObject([
      { ok: true, head: 0, entries: [], members: { list: [{}] } },
      { ok: true, epoch, head: 3, entries: [{ seq: 2 }, { seq: 3 }], members: { list: [{}, {}] } },
      { ok: true, head: 0, entries: [] },
    ])
    expect(roomsOf(io)).toEqual(['roomful:busy', 'roomful:quiet', 'roomful:newest'])
    await bob.publish('busy', texts(['four'], 4))
    await expect.poll(() => ann.of('message')).toHaveLength(1)
  })

  test('a room that is refused or malformed refuses itself only', async () => {
    const { io, connect } = await startRooms({
      contract: guestChat,
      limits: { rooms: 8 },
      authorize: { join: ({ room }) => room !== 'secret' },
    })
    const ann = await connect()
    const rooms = [
      { room: 'a' },
      { room: 'secret' },
      { room: ' ' },
      7,
      null,
      { rooms: [] },
      { room: 'a' },
      { room: 'b' },
    ]
    const { answers } = await joinAll(ann, rooms)
    expect(answers.map((answer) => (answer.ok ? 'ok' : answer.code))).toEqual([
      'ok',
      'FORBIDDEN',
      'SHAPE',
      'SHAPE',
      'SHAPE',
      'SHAPE',
      'SHAPE',
      'ok',
    ])
    expect(roomsOf(io)).toEqual(['roomful:a', 'roomful:b'])
  })

  test.each([
    ['nothing', []],
    ['no list', 'general'],
    ['an object', { 0: { room: 'a' } }],
    ['more than the limit', named(['a', 'b', 'c', 'd', 'e'])],
  ])('SHAPE where rooms is %s', async (_what, rooms) => {
    const { io, connect } = await startRooms({ contract: guestChat, limits: { rooms: 4 } })
    const ann = await connect()
    expect(await ann.ask(wire.join, { rooms })).toMatchObject({
      ok: false,
      code: 'SHAPE',
      message: expect.stringMatching(/^rooms must be an array of 1 to 4, got /),
    })
    expect(roomsOf(io)).toEqual([])
  })

  test('the limit of rooms refuses those beyond it', async () => {
    const { connect } = await startRooms({ contract: guestChat, limits: { rooms: 2 } })
    const ann = await connect()
    await ann.join('first')
    const { answers } = await joinAll(ann, named(['second', 'third']))
    expect(answers).toMatchObject([{ ok: true }, { ok: false, code: 'LIMIT' }])
  })

  test('SEC each join counts towards the rate of joins, and those beyond it are refused alone', async () => {
    const { connect } = await startRooms({
      contract: guestChat,
      limits: { rates: { joins: { perSecond: 1, burst: 3 } } },
    })
    const ann = await connect()
    const { answers } = await joinAll(ann, named(['a', 'b', 'c', 'd', 'e']))
    expect(answers.map((answer) => (answer.ok ? 'ok' : answer.code))).toEqual(['ok', 'ok', 'ok', 'RATE', 'RATE'])
    const [d, e] = answers.slice(3).map((answer) => (answer.ok ? 0 : (answer.after ?? 0)))
    expect(e).toBeGreaterThan(d!)
  })

  test('SEC each join counts as a running request: joins without an answer are bounded', async () => {
    const allowed = gate<boolean>()
    const { connect, rooms: server } = await startRooms({
      contract: guestChat,
      limits: { rooms: 2 },
      authorize: { join: () => allowed.opened },
    })
    const ann = await connect()
    const running = ['a', 'b', 'c', 'd'].map((name) => joinAll(ann, named([`${name}1`, `${name}2`])))
    const beyond = joinAll(ann, named(['e1', 'e2']))
    expect(await beyond).toMatchObject({ ok: false, code: 'LIMIT' })
    expect(server.metrics().bounds.requests).toBe(1)
    allowed.open(true)
    expect((await Promise.all(running)).map(({ ok }) => ok)).toEqual([true, true, true, true])
  })

  test('a room whose permission hangs is refused with MORE after a bound; the others are joined', async () => {
    const [asked, allowed] = [gate(), gate<boolean>()]
    const { io, connect } = await startRooms({
      contract: guestChat,
      authorize: { join: ({ room }) => (room === 'slow' ? (asked.open(), allowed.opened) : true) },
    })
    const ann = await connect()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const answer = new Promise<JoinsAnswer>((resolve) =>
      ann.socket.emit(wire.join, { rooms: named(['quick', 'slow', 'other']) }, resolve),
    )
    await asked.opened
    await vi.advanceTimersByTimeAsync(MAX_JOINS_MS)
    expect((await answer).answers).toMatchObject([{ ok: true }, { ok: false, code: 'MORE' }, { ok: true }])
    vi.useRealTimers()
    const again = ann.join('slow')
    allowed.open(true)
    expect(await again).toMatchObject({ ok: true })
    expect(roomsOf(io)).toEqual(['roomful:quick', 'roomful:other', 'roomful:slow'])
  })

  test('two requests with the same rooms in another order are both answered', async () => {
    const { connect } = await startRooms({
      contract: guestChat,
      authorize: { join: () => new Promise((resolve) => setImmediate(() => resolve(true))) },
    })
    const ann = await connect()
    const both = await Promise.all([joinAll(ann, named(['a', 'b'])), joinAll(ann, named(['b', 'a']))])
    expect(both.flatMap(({ answers }) => answers.map(({ ok }) => ok))).toEqual([true, true, true, true])
  })

  test('the entries of all answers together are within pageBytes', async () => {
    const { rooms: server, connect } = await startRooms({
      contract: guestChat,
      limits: { pageBytes: 16_384, eventBytes: 8_192, batchBytes: 16_384 },
    })
    const names = Array.from({ length: 10 }, (_, index) => `room-${index}`)
    for (const name of names)
      for (let index = 0; index < 10; index += 1)
        await server.to(name).emit('message', { text: 'x'.repeat(500 * (1 + (index % 3))) })
    const ann = await connect()
    const first = (await joinAll(ann, named(names))).answers as JoinAnswer[]
    const rooms = names.map((room, index) => ({ room, since: { epoch: first[index]!.epoch, seq: 0 } }))
    const answers = (await joinAll(ann, rooms)).answers as JoinAnswer[]
    const bytes = answers.map(({ entries }) => JSON.stringify(entries).length).reduce((sum, size) => sum + size)
    expect(bytes).toBeLessThanOrEqual(16_384 + 2 * names.length)
    expect(bytes).toBeGreaterThan(8_192)
    for (const { head, entries } of answers) {
      expect(head).toBe(10)
      expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1))
    }
  })

  test('S19 a room that the client is put out of while another is read is refused, after $out', async () => {
    const [reading, read] = [gate(), gate()]
    const log = memoryLog()
    const slow = changedLog(log, {
      page: async (room, request) => {
        if (room === 'slow') {
          reading.open()
          await read.opened
        }
        return await log.page(room, request)
      },
    })
    const { io, rooms: server, connect } = await startRooms({ contract: chat, authenticate: believe, log: slow })
    const ann = await connect({ id: 'ann' })
    const order: string[] = []
    ann.socket.on(wire.out, ({ room }: { room: string }) => order.push(`out ${room}`))
    const joined = joinAll(ann, named(['general', 'slow'])).finally(() => order.push('answer'))
    await reading.opened
    await expect.poll(() => roomsOf(io)).toContain('roomful:general')
    await server.remove('general', 'ann', { code: 'RUDE' })
    read.open()
    expect((await joined).answers).toMatchObject([{ ok: false, code: 'RUDE' }, { ok: true }])
    expect(order).toEqual(['out general', 'answer'])
    expect(roomsOf(io)).toEqual(['roomful:slow'])
  })

  test('a socket that disconnects while the app decides joins no room', async () => {
    const [asked, allowed] = [gate(), gate<boolean>()]
    const { io, connect, errors } = await startRooms({
      contract: guestChat,
      authorize: { join: () => (asked.open(), allowed.opened) },
    })
    const ann = await connect()
    ann.socket.emit(wire.join, { rooms: named(['a', 'b']) })
    await asked.opened
    ann.socket.disconnect()
    await expect.poll(() => io.sockets.sockets.size).toBe(0)
    allowed.open(true)
    await new Promise(setImmediate)
    expect(roomsOf(io)).toEqual([])
    expect(errors).toEqual([])
  })

  test('an error of the log refuses its room only', async () => {
    const log = memoryLog()
    const failing = changedLog(log, {
      page: async (room, request) => {
        if (room === 'broken') throw new Error('disk')
        return await log.page(room, request)
      },
    })
    const { io, connect, errors } = await startRooms({ contract: guestChat, log: failing })
    const ann = await connect()
    const { answers } = await joinAll(ann, named(['broken', 'fine']))
    expect(answers).toMatchObject([{ ok: false, code: 'UNAVAILABLE' }, { ok: true }])
    expect(errors).toHaveLength(1)
    expect(roomsOf(io)).toEqual(['roomful:fine'])
  })

  test('each refusal is counted and inspected', async () => {
    const codes: string[] = []
    const { rooms: server, connect } = await startRooms({
      contract: guestChat,
      authorize: { join: () => Promise.reject(refuse('FULL')) },
      inspect: (event) => void (event.type === 'refuse' && codes.push(`${event.request} ${event.code}`)),
    })
    const ann = await connect()
    await joinAll(ann, named(['a', 'b']))
    expect(codes).toEqual(['$join FULL', '$join FULL'])
    expect(server.metrics().refusals).toMatchObject({ APP: 2 })
  })
})

describe('S26 joins in one request and joins one by one', () => {
  test('give the same answers, and the same memberships', async () => {
    const {
      io,
      connect,
      rooms: server,
    } = await startRooms({
      contract: chat,
      authenticate: believe,
      limits: { rates: false },
      authorize: {
        join: ({ room, params }) => {
          if (room.startsWith('closed')) throw refuse('CLOSED', 'closed')
          return params !== 'no'
        },
      },
    })
    const [ann, bob] = [await connect({ id: 'ann' }), await connect({ id: 'bob' })]
    const place = fc.record({ epoch: fc.constantFrom('own', 'another-epoch'), seq: fc.nat(5) })
    const joinOf = fc.record(
      {
        room: fc.constantFrom('a', 'b', 'c', 'closed', '', 'inbox', '$inbox'),
        since: fc.option(place, { nil: undefined }),
        params: fc.constantFrom(undefined, 'no', 'yes'),
        presence: fc.constantFrom(undefined, null, { status: 'away' }, { status: 'wrong' }),
        last: fc.constantFrom(undefined, 1, 2, 0),
      },
      { requiredKeys: ['room'] },
    )
    const property = fc.asyncProperty(
      fc.uniqueArray(joinOf, { selector: ({ room }) => room, minLength: 1, maxLength: 6 }),
      async (joins) => {
        const suffix = randomUUID().slice(0, 8)
        const epochs = new Map<string, string>()
        for (const name of ['a', 'b', 'c']) {
          const room = name + suffix
          for (let seq = 0; seq < 3; seq += 1) await server.to(room).emit('message', { text: name })
          epochs.set(room, (await server.history(room, {})).epoch)
        }
        const requests = joins.map(({ room, since, ...rest }) => {
          const name = room === '' || room === '$inbox' ? room : room + suffix
          const epoch = since?.epoch === 'own' ? (epochs.get(name) ?? 'another-epoch') : since?.epoch
          return { room: name, ...rest, ...(since && { since: { epoch, seq: since.seq } }) }
        })
        const together = (await joinAll(ann, requests)).answers
        const single = []
        for (const request of requests) single.push(await bob.ask(wire.join, request))
        const comparable = (answers: readonly unknown[], own: string) =>
          JSON.parse(JSON.stringify(answers), (key, value: unknown) =>
            key === 'members'
              ? (value as JoinAnswer['members'])?.list
                  .filter(({ user }) => user.id === own)
                  .map(({ presence }) => presence)
              : value,
          ) as unknown
        expect(comparable(together, 'ann')).toEqual(comparable(single, 'bob'))
        const memberships = ({ socket }: Client) =>
          [...(io.sockets.sockets.get(socket.id!)?.rooms ?? [])].slice(1).sort()
        expect(memberships(ann)).toEqual(memberships(bob))
        for (const { room } of requests)
          await Promise.all([ann, bob].map(async (client) => await client.ask(wire.leave, { room })))
      },
    )
    await fc.assert(property, { numRuns: 15 })
  })
})
