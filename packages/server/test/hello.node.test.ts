import { defineContract } from '@roomful/contract'
import { defaultLimits, wire } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { createRooms, type Handshake, memoryLog, refuse } from '../src/index.ts'
import { changedLog } from './support/changed-log.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { clientOf, connectRaw, gate, requests, startRooms } from './support/start-rooms.ts'

/** The error of a connection that was turned away. */
async function refusal(url: string): Promise<Error & { data?: unknown }> {
  const socket = connectRaw(url)
  return await new Promise((resolve, reject) => {
    socket.on('connect_error', resolve)
    socket.on('connect', () => reject(new Error('was let in')))
  })
}

describe('$hello', () => {
  test('says the version, what there is, the limits, who you are and the time', async () => {
    const log = memoryLog({ dedupMs: 90_000_000 })
    const { connect } = await startRooms({ contract: chat, authenticate: believe, limits: { rooms: 3 }, log })
    const before = Date.now()
    const hello = await (await connect({ id: 'ann', name: 'Ann' })).hello()
    expect(hello).toEqual({
      v: 1,
      capabilities: ['members', 'history', 'volatile', 'presence', 'typing'],
      limits: { ...defaultLimits, rooms: 3, dedupMs: 90_000_000 },
      user: { id: 'ann', name: 'Ann' },
      now: expect.any(Number),
    })
    expect(hello.now).toBeGreaterThanOrEqual(before)
    expect(hello.now).toBeLessThanOrEqual(Date.now())
  })

  test('is the first thing that is heard, also where the app speaks as soon as one connects', async () => {
    const { io, connect } = await startRooms({ contract: guestChat })
    io.on('connection', (socket) => socket.emit('welcome'))
    const ann = await connect()
    await expect.poll(() => ann.heard.map(({ event }) => event)).toEqual([wire.hello, 'welcome'])
  })

  test('a socket that the app turns away as it connects is left alone', async () => {
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

  test('works on a namespace as on a server', async () => {
    const { io, url } = await startRooms({ contract: guestChat })
    createRooms(io.of('/chat'), { contract: guestChat, limits: { rooms: 7 } })
    expect((await clientOf(connectRaw(`${url}/chat`)).hello()).limits.rooms).toBe(7)
  })
})

describe('authenticate', () => {
  test("userOf tells the app's own handlers whom a socket speaks for; undefined is anybody", async () => {
    const authenticate = (handshake: Handshake) => (handshake.auth['id'] ? believe(handshake) : undefined)
    const { io, rooms, connect } = await startRooms({ contract: chat, authenticate })
    const users: unknown[] = []
    io.on('connection', (socket) => users.push(rooms.userOf(socket)))
    await (await connect({ id: 'ann', name: 'Ann' })).hello()
    await (await connect({})).hello()
    expect(users).toEqual([{ id: 'ann', name: 'Ann' }, undefined])
    expect(rooms.userOf({})).toBeUndefined()
  })

  test('no authenticate: all are guests, each with its own id, and hello says no user', async () => {
    const { connect } = await startRooms({ contract: guestChat })
    const [ann, bob] = [await connect(), await connect()]
    expect((await ann.hello()).user).toBeNull()
    await ann.join('general')
    const { members } = await bob.join('general')
    const ids = members?.list.map(({ user }) => user.id)
    expect(new Set(ids).size).toBe(2)
  })

  test('the user travels as authenticate gave it, and reaches the app as its schema gives it out', async () => {
    const seen: unknown[] = []
    const { connect } = await startRooms({
      contract: chat,
      authenticate: () => ({ id: 'ann' }),
      authorize: { join: ({ user }) => seen.push(user) > 0 },
    })
    const ann = await connect()
    expect((await ann.hello()).user).toEqual({ id: 'ann' })
    expect((await ann.join('general')).members?.list).toEqual([{ user: { id: 'ann' } }])
    expect(seen).toEqual([{ id: 'ann', name: 'nobody' }])
  })

  test('sees what the client said, and its headers', async () => {
    const { connect } = await startRooms({
      contract: chat,
      authenticate: ({ auth, headers, address }) => ({
        id: String(auth['token']),
        name: `${typeof headers['host']} ${address.endsWith('127.0.0.1')}`,
      }),
    })
    expect((await (await connect({ token: 't' })).hello()).user).toEqual({ id: 't', name: 'string true' })
  })

  test('undefined is anybody: connected, and FORBIDDEN in every room', async () => {
    const { connect } = await startRooms({ contract: chat, authenticate: () => undefined })
    const ann = await connect()
    expect((await ann.hello()).user).toBeNull()
    for (const request of requests)
      expect(await ann.ask(request, { room: 'general' })).toMatchObject({ ok: false, code: 'FORBIDDEN' })
    expect(ann.socket.connected).toBe(true)
  })

  test('refuse turns the connection away, with its code, sentence and data', async () => {
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
    ['gives null', () => null],
    ['gives what the schema refuses', () => ({ id: 'x', name: 7 })],
    ['gives what JSON cannot hold', () => ({ id: 'x', name: 'x', size: 1n })],
  ])('an authenticate that %s is UNAVAILABLE for now, reported, and kept secret', async (_, authenticate) => {
    const { url, errors } = await startRooms({ contract: chat, authenticate: authenticate as typeof believe })
    const error = await refusal(url)
    expect(error.data).toMatchObject({ code: 'UNAVAILABLE' })
    expect(JSON.stringify([error.message, error.data])).not.toContain('password')
    expect(errors).toEqual([{ error: expect.any(Error), context: { during: 'authenticate' } }])
  })

  test('P9 an authenticate that hangs is given up after handlerTimeoutMs', async () => {
    const { url, errors } = await startRooms({
      contract: chat,
      authenticate: () => gate<{ id: string }>().opened,
      handlerTimeoutMs: 50,
    })
    expect((await refusal(url)).data).toMatchObject({ code: 'UNAVAILABLE' })
    expect(errors[0]?.error).toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('50 ms') })
  })

  test('a client that goes while it is asked leaves nothing behind', async () => {
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
  const io = { on: () => io, off: () => io, use: () => io, to: () => ({ emit: () => true }) }

  test('a contract that says what a user is asks for authenticate', () => {
    expect(() => createRooms(io, { contract: chat })).toThrow(/authenticate must say who is connecting/)
  })

  test('limits and times are whole numbers, by names that exist, and fit each other', () => {
    const make = (options: object) => () => createRooms(io, { contract: guestChat, ...options })
    expect(make({ limits: { rooms: 0 } })).toThrow(
      'createRooms: limits: rooms must be a whole number of at least 1, got 0',
    )
    expect(make({ limits: { eventBytes: '9' } })).toThrow(/eventBytes must be a whole number/)
    expect(make({ limits: { romms: 3 } })).toThrow('there is no limit "romms"')
    expect(make({ limits: { dedupMs: 3 } })).toThrow('there is no limit "dedupMs"')
    expect(make({ limits: { eventBytes: 100_000 } })).toThrow(/an event must fit a batch and a page/)
    expect(make({ handlerTimeoutMs: Number.NaN })).toThrow(/handlerTimeoutMs must be a whole number/)
    expect(make({ presenceGraceMs: -1 })).toThrow(
      'createRooms: presenceGraceMs must be a whole number of at least 0, got -1',
    )
    expect(make({ presenceGraceMs: 0 })).not.toThrow()
    for (const name of ['presenceGraceMs', 'handlerTimeoutMs', 'closeTimeoutMs']) {
      expect(make({ [name]: 2 ** 31 })).toThrow(`createRooms: ${name} must be at most 2147483647, got 2147483648`)
      expect(make({ [name]: 2 ** 31 - 1 })).not.toThrow()
    }
    expect(make({ log: changedLog(memoryLog(), { dedupMs: 1 }) })).toThrow(/createRooms: log: dedupMs must be at least/)
    expect(make({ contract: {} })).toThrow('createRooms: contract must be made by defineContract, got object')
  })

  test('a contract of no room events is fine', async () => {
    const { connect } = await startRooms({ contract: defineContract({}) })
    const ann = await connect()
    const { epoch } = await ann.join('general')
    expect(await ann.publish('general', [{ n: 1, event: 'message' }], { epoch })).toMatchObject({
      ok: true,
      results: [{ code: 'SHAPE', message: 'the contract has no durable room event "message"' }],
    })
  })
})
