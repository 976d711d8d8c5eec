import { defineContract } from '@roomful/contract'
import { defaultLimits, wire } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { createRooms, type Handshake, memoryLog, refuse } from '../src/index.ts'
import { changedLog } from './support/changed-log.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { clientOf, connectRaw, gate, requests, startRooms } from './support/start-rooms.ts'

/** The error of a refused connection. */
async function refusal(url: string): Promise<Error & { data?: unknown }> {
  const socket = connectRaw(url)
  return await new Promise((resolve, reject) => {
    socket.on('connect_error', resolve)
    socket.on('connect', () => reject(new Error('was let in')))
  })
}

describe('$hello', () => {
  test('has the version, the capabilities, the limits, the user and the time', async () => {
    const log = memoryLog({ dedupMs: 90_000_000 })
    const { connect } = await startRooms({ contract: chat, authenticate: believe, limits: { rooms: 3 }, log })
    const before = Date.now()
    const hello = await (await connect({ id: 'ann', name: 'Ann' })).hello()
    expect(hello).toEqual({
      v: 1,
      capabilities: ['members', 'history', 'volatile', 'presence', 'typing', 'joins', 'auth'],
      limits: { ...defaultLimits, rooms: 3, dedupMs: 90_000_000 },
      user: { id: 'ann', name: 'Ann' },
      now: expect.any(Number),
      durability: 'memory',
    })
    expect(hello.now).toBeGreaterThanOrEqual(before)
    expect(hello.now).toBeLessThanOrEqual(Date.now())
  })

  test.each([undefined, 'disk', 'async', 'replica'] as const)(
    'says durability %o as the log does',
    async (durability) => {
      const log = changedLog(memoryLog(), { durability } as object)
      const { connect } = await startRooms({ contract: guestChat, log })
      expect((await (await connect()).hello()).durability).toBe(durability)
    },
  )

  test('is the first event, also when the app emits at once on a connection', async () => {
    const { io, connect } = await startRooms({ contract: guestChat })
    io.on('connection', (socket) => socket.emit('welcome'))
    const ann = await connect()
    await expect.poll(() => ann.heard.map(({ event }) => event)).toEqual([wire.hello, 'welcome'])
  })

  test('a socket that the app disconnects at its connection gets no session', async () => {
    const { io, url } = await startRooms({ contract: guestChat })
    const namespace = io.of('/closed')
    const turnedAway = new Promise<number>((resolve) => {
      namespace.on('connection', (socket) => {
        socket.disconnect()
        setImmediate(() => resolve(socket.listenerCount(wire.join)))
      })
    })
    createRooms(namespace, { contract: guestChat })
    connectRaw(`${url}/closed`)
    expect(await turnedAway).toBe(0)
  })

  test('works on a namespace', async () => {
    const { io, url } = await startRooms({ contract: guestChat })
    createRooms(io.of('/chat'), { contract: guestChat, limits: { rooms: 7 } })
    expect((await clientOf(connectRaw(`${url}/chat`)).hello()).limits.rooms).toBe(7)
  })
})

describe('authenticate', () => {
  test('userOf gives the user of a socket, and undefined for a client without a user', async () => {
    const authenticate = (handshake: Handshake) => (handshake.auth['id'] ? believe(handshake) : undefined)
    const { io, rooms, connect } = await startRooms({ contract: chat, authenticate })
    const users: unknown[] = []
    io.on('connection', (socket) => users.push(rooms.userOf(socket)))
    await (await connect({ id: 'ann', name: 'Ann' })).hello()
    await (await connect({})).hello()
    expect(users).toEqual([{ id: 'ann', name: 'Ann' }, undefined])
    expect(rooms.userOf({})).toBeUndefined()
  })

  test('without authenticate every client is a guest with its own id, and $hello has no user', async () => {
    const { connect } = await startRooms({ contract: guestChat })
    const [ann, bob] = [await connect(), await connect()]
    expect((await ann.hello()).user).toBeNull()
    await ann.join('general')
    const { members } = await bob.join('general')
    const ids = members?.list.map(({ user }) => user.id)
    expect(new Set(ids).size).toBe(2)
  })

  test('the user is sent as authenticate returned it, and the app gets it as its schema gives it out', async () => {
    const seen: unknown[] = []
    const { connect } = await startRooms({
      contract: chat,
      authenticate: () => ({ id: 'ann' }),
      authorize: { join: ({ user }) => seen.push(user) > 0 },
    })
    const ann = await connect()
    expect((await ann.hello()).user).toEqual({ id: 'ann' })
    expect((await ann.join('general')).members?.list).toEqual([{ user: { id: 'ann' } }])
    expect(seen).toEqual([{ id: 'ann', name: 'unnamed' }])
  })

  test("gets the client's auth, query, headers and address", async () => {
    const { connect } = await startRooms({
      contract: chat,
      authenticate: ({ auth, headers, address }) => ({
        id: String(auth['token']),
        name: `${typeof headers['host']} ${address.endsWith('127.0.0.1')}`,
      }),
    })
    expect((await (await connect({ token: 't' })).hello()).user).toEqual({ id: 't', name: 'string true' })
  })

  test('after undefined the client is connected, and FORBIDDEN in every room', async () => {
    const { connect } = await startRooms({ contract: chat, authenticate: () => undefined })
    const ann = await connect()
    expect((await ann.hello()).user).toBeNull()
    for (const request of requests)
      expect(await ann.ask(request, { room: 'general' })).toMatchObject({ ok: false, code: 'FORBIDDEN' })
    expect(ann.socket.connected).toBe(true)
  })

  test('refuse refuses the connection, with its code, sentence and data', async () => {
    const { url, errors } = await startRooms({
      contract: chat,
      authenticate: () => {
        throw refuse('BANNED', 'you are banned', { until: 7 })
      },
    })
    expect(await refusal(url)).toMatchObject({
      message: 'you are banned',
      data: { code: 'BANNED', message: 'you are banned', data: { until: 7 } },
    })
    expect(errors).toEqual([])
  })

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('password of the database is x')
      },
    ],
    ['rejects', () => Promise.reject(new Error('password of the database is x'))],
    ['gives no id', () => ({ name: 'x' })],
    ['gives an empty id', () => ({ id: '', name: 'x' })],
    ['gives an id of 129 characters', () => ({ id: 'x'.repeat(129), name: 'x' })],
    ['gives an id with half of a surrogate pair (S3)', () => ({ id: 'ann\ud800', name: 'x' })],
    ['gives null', () => null],
    ['gives what the schema refuses', () => ({ id: 'x', name: 7 })],
    ['gives what JSON cannot hold', () => ({ id: 'x', name: 'x', size: 1n })],
  ])(
    'an authenticate that %s is reported, and the client gets UNAVAILABLE without the text of the error',
    async (_, authenticate) => {
      const { url, errors } = await startRooms({ contract: chat, authenticate: authenticate as typeof believe })
      const error = await refusal(url)
      expect(error.data).toMatchObject({ code: 'UNAVAILABLE' })
      expect(JSON.stringify([error.message, error.data])).not.toContain('password')
      expect(errors).toEqual([{ error: expect.any(Error), context: { during: 'authenticate' } }])
    },
  )

  test('P9 an authenticate that hangs is aborted after handlerTimeoutMs', async () => {
    const { url, errors } = await startRooms({
      contract: chat,
      authenticate: () => gate<{ id: string }>().opened,
      handlerTimeoutMs: 50,
    })
    expect((await refusal(url)).data).toMatchObject({ code: 'UNAVAILABLE' })
    expect(errors[0]?.error).toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('50 ms') })
  })

  test('a client that disconnects during authenticate leaves nothing behind', async () => {
    const asked = gate()
    const answered = gate<{ id: string }>()
    const { io, url, errors } = await startRooms({
      contract: chat,
      authenticate: () => {
        asked.open()
        return answered.opened
      },
    })
    const socket = connectRaw(url)
    await asked.opened
    socket.disconnect()
    await expect.poll(() => io.engine.clientsCount).toBe(0)
    answered.open({ id: 'ann' })
    await new Promise(setImmediate)
    expect(io.sockets.sockets.size).toBe(0)
    expect(errors).toEqual([])
  })
})

describe('createRooms: bad options', () => {
  const sockets = { emit: () => true, except: () => sockets }
  const io = { on: () => io, off: () => io, use: () => io, bind: () => io, local: { to: () => sockets } }

  test('a contract with a user schema requires authenticate', () => {
    expect(() => createRooms(io, { contract: chat })).toThrow(/authenticate is required/)
  })

  test('limits and times must be integers of known names that fit each other', () => {
    const make = (options: object) => () => createRooms(io, { contract: guestChat, ...options })
    expect(make({ limits: { rooms: 0 } })).toThrow(
      'createRooms: limits: rooms must be a whole number of at least 1, got 0',
    )
    expect(make({ limits: { eventBytes: '9' } })).toThrow(/eventBytes must be a whole number/)
    expect(make({ limits: { romms: 3 } })).toThrow('unknown limit "romms"')
    expect(make({ limits: { dedupMs: 3 } })).toThrow('unknown limit "dedupMs"')
    expect(make({ limits: { eventBytes: 100_000 } })).toThrow(/an event must fit a batch and a page/)
    expect(make({ limits: { unsentBytes: 1_000_000 } })).toThrow(/unsentBytes is less than 4 times pageBytes/)
    expect(make({ limits: { unsentTotalBytes: 1_000_000 } })).toThrow(/unsentTotalBytes is less than unsentBytes/)
    expect(make({ limits: { eventsAtOnce: 0 } })).toThrow(/eventsAtOnce must be a whole number of at least 1/)
    expect(make({ handlerTimeoutMs: Number.NaN })).toThrow(/handlerTimeoutMs must be a whole number/)
    expect(make({ presenceGraceMs: -1 })).toThrow(
      'createRooms: presenceGraceMs must be a whole number of at least 0, got -1',
    )
    expect(make({ presenceGraceMs: 0 })).not.toThrow()
    for (const name of ['connectTimeoutMs', 'presenceGraceMs', 'handlerTimeoutMs', 'closeTimeoutMs']) {
      expect(make({ [name]: 2 ** 31 })).toThrow(`createRooms: ${name} must be at most 2147483647, got 2147483648`)
      expect(make({ [name]: 2 ** 31 - 1 })).not.toThrow()
    }
    expect(make({ log: changedLog(memoryLog(), { dedupMs: 1 }) })).toThrow(/createRooms: log: dedupMs must be at least/)
    expect(make({ contract: {} })).toThrow('createRooms: contract must be made by defineContract, got object')
  })

  test.each(['authenticate', 'mergePresence', 'onJoin', 'onLeave', 'onError', 'inspect', 'rateCheck'])(
    '%s must be a function',
    (name) => {
      const make = () => createRooms(io, { contract: guestChat, [name]: 'x' })
      expect(make).toThrow(`createRooms: ${name} must be a function, got "x"`)
    },
  )

  test.each<[object, string]>([
    [{ authorize: 'x' }, 'authorize must be { join, emit }, got "x"'],
    [{ authorize: { join: 'x' } }, 'authorize.join must be a function, got "x"'],
    [{ authorize: { emit: 1 } }, 'authorize.emit must be a function, got 1'],
    [{ tracing: {} }, 'tracing must be otelTracing(), got object'],
    [{ trustProxy: null }, 'trustProxy must be the number of proxies'],
    [{ log: 'rooms.db' }, 'log must be memoryLog(), sqliteLog() or another RoomLog, got "rooms.db"'],
    [
      { log: changedLog(memoryLog(), { ban: undefined, setBan: undefined } as object) },
      'the log must have the methods of RoomLog; missing: ban, setBan',
    ],
    [
      { log: changedLog(memoryLog(), { durability: 'forever' } as object) },
      'the log\'s durability must be one of memory, disk, async, replica, got "forever"',
    ],
  ])('%o is refused with a sentence', (options, sentence) => {
    expect(() => createRooms(io, { contract: guestChat, ...options })).toThrow(`createRooms: ${sentence}`)
  })

  test('a contract without room events is accepted', async () => {
    const { connect } = await startRooms({ contract: defineContract({}) })
    const ann = await connect()
    const { epoch } = await ann.join('general')
    expect(await ann.publish('general', [{ n: 1, event: 'message' }], { epoch })).toMatchObject({
      ok: true,
      results: [{ code: 'SHAPE', message: 'the contract has no durable room event "message"' }],
    })
  })
})
