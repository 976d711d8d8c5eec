import { type Client, createClient, defineContract, roomful, ValidationError } from '@roomful/client'
import { createRooms } from '@roomful/server'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { eventually } from '../support/eventually.ts'
import { rejection, soon, startClient, startRoomful, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'
import { createFakeRoom } from './support/fake-room.ts'
import { codeOf } from './support/outcomes.ts'
import { startPlain } from './support/plain-server.ts'
import { recordRoom } from './support/record-room.ts'
import { joinAnswer, startScript } from './support/scripted-server.ts'

let warn = vi.spyOn(console, 'warn')
beforeEach(() => {
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

/** Waits until the answer to a request in flight is there. */
const answered = () => new Promise((resolve) => setImmediate(resolve))

describe('RM13 the params of a join', () => {
  test('are sent with each join of the room', async () => {
    const { room, params } = createFakeRoom()
    await room.join({ key: 'a' }, {})
    room.lost()
    await answered()
    room.onDisconnected()
    await room.onConnected(false)
    expect(params).toEqual([{ key: 'a' }, { key: 'a' }, { key: 'a' }])
  })
  test('join the room again when they change, and not when they are equal as JSON', async () => {
    const { room, params } = createFakeRoom()
    await room.join({ key: 'a' }, {})
    await room.join({ key: 'a', other: undefined }, {})
    await room.join(undefined, {})
    room.retain({ key: 'a' })
    await answered()
    expect(params).toEqual([{ key: 'a' }])
    await room.join({ key: 'b' }, {})
    expect(params).toEqual([{ key: 'a' }, { key: 'b' }])
    expect(room.state.status).toBe('joined')
  })
  test('are the newest where they change before the join is sent', async () => {
    const { room, params } = createFakeRoom()
    room.retain({ key: 'a' })
    room.retain({ key: 'b' })
    await answered()
    expect(params).toEqual([{ key: 'b' }])
  })
  test('that change while a join is in flight are sent after its answer, and join() waits for the second', async () => {
    const answers: (() => void)[] = []
    const { room, params } = createFakeRoom({
      join: () => new Promise((resolve) => answers.push(() => resolve({ acknowledged: true }))),
    })
    const first = room.join({ key: 'a' }, {})
    await answered()
    const second = room.join({ key: 'b' }, {})
    answers[0]?.()
    await answered()
    expect([room.state.status, params]).toEqual(['joining', [{ key: 'a' }, { key: 'b' }]])
    answers[1]?.()
    await Promise.all([first, second])
    expect(room.state.status).toBe('joined')
  })
  test('are copied: a later change of the object is no change of the params', async () => {
    const { room, params } = createFakeRoom()
    const given = { key: 'a' }
    await room.join(given, {})
    given.key = 'b'
    room.lost()
    await answered()
    expect(params).toEqual([{ key: 'a' }, { key: 'a' }])
    await room.join(given, {})
    expect(params.at(-1)).toEqual({ key: 'b' })
  })
  test.each<[string, unknown]>([
    ['a BigInt', { n: 1n }],
    ['a function', () => {}],
    ['a cycle', Object.assign([] as unknown[], [[]]).map((_item, _at, list) => list)],
  ])('are refused where JSON has no form for them: %s', async (_what, given) => {
    const { room, requests } = createFakeRoom()
    if (Array.isArray(given)) given[0] = given
    await expect(room.join(given, {})).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(() => room.retain(given)).toThrow('the data of "params" cannot be encoded')
    await answered()
    expect([requests, room.state.status]).toEqual([[], 'left'])
  })
})

describe('RM13 holders with different params', () => {
  test('join with the latest, and development warns once', async () => {
    const { room, params } = createFakeRoom()
    room.retain({ key: 'a' })
    await answered()
    room.retain({ key: 'b' })
    await answered()
    room.retain({ key: 'a' })
    await answered()
    expect(params).toEqual([{ key: 'a' }, { key: 'b' }, { key: 'a' }])
    expect(warn.mock.calls).toEqual([['roomful: room general is held with different params at once; the latest count']])
  })
  test('do not warn in production', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const { room } = createFakeRoom()
    room.retain({ key: 'a' })
    room.retain({ key: 'b' })
    expect(warn).not.toHaveBeenCalled()
  })
  test('are not meant where one holder replaces its params, or has none', async () => {
    const { room, params } = createFakeRoom()
    const release = room.retain({ key: 'a' })
    room.retain(undefined)
    await answered()
    release()
    room.retain({ key: 'b' })
    await answered()
    expect(params).toEqual([{ key: 'a' }, { key: 'b' }])
    expect(warn).not.toHaveBeenCalled()
  })
})

describe('RM13 after another user is connected', () => {
  test('the params of holders are sent again, those of join() are not', async () => {
    const { room, params } = createFakeRoom()
    room.retain({ key: 'held' })
    await room.join({ key: 'first user' }, {})
    room.onDisconnected()
    room.onUserChanged()
    await room.onConnected(false)
    expect(params.at(-1)).toEqual({ key: 'held' })
  })
  test('a room without holders has no params', async () => {
    const { room, params } = createFakeRoom()
    await room.join({ key: 'first user' }, {})
    room.onDisconnected()
    room.onUserChanged()
    await room.onConnected(false)
    await room.join(undefined, {})
    expect(params.at(-1)).toBeUndefined()
  })
})

describe('RM13 params on a plain server', () => {
  test('are in each join and in the leave', async () => {
    const { url, cut, received } = await startPlain()
    const client = startClient(url)
    const room = await client.join('general', { params: { username: 'ann' } })
    const statuses = recordRoom(room)
    cut()
    await eventually(() => expect(statuses.at(-1)).toBe('joined'))
    await eventually(() => expect(received).toHaveLength(2))
    await room.join({ params: { username: 'bob' } })
    await room.leave()
    const data = (username: string) => ({ room: 'general', username })
    expect(received).toEqual([
      { event: 'join', data: data('ann') },
      { event: 'join', data: data('ann') },
      { event: 'join', data: data('bob') },
      { event: 'leave', data: data('bob') },
    ])
  })
})

const secret = defineContract({
  room: { message: z.object({ text: z.string() }) },
  join: z.object({ key: z.string(), seats: z.number().default(1) }),
})

/** A server with `@roomful/server` whose rooms need a key. `asked` has the params of each join. */
async function startSecret() {
  const asked: unknown[] = []
  const server = await startServer({
    configure: (io) =>
      createRooms(io, {
        contract: secret,
        authorize: {
          join: ({ params }) => {
            asked.push(params)
            return params.key !== 'wrong'
          },
        },
      }),
  })
  const client = createClient({ url: server.url, contract: secret, rooms: roomful(), reconnect: soon })
  onTestFinished(client.close)
  return { server, client, asked }
}

describe('RM13 params with roomful()', () => {
  test('reach `authorize.join` with each join, parsed by the contract', async () => {
    const { server, client, asked } = await startSecret()
    const room = await client.join('general', { params: { key: 'a' } })
    const statuses = recordRoom(room)
    for (const socket of server.io.sockets.sockets.values()) socket.conn.close()
    await eventually(() => expect(statuses.slice(1)).toEqual(['suspended', 'joining', 'joined']))
    await room.join({ params: { key: 'b', seats: 2 } })
    expect(asked).toEqual([
      { key: 'a', seats: 1 },
      { key: 'a', seats: 1 },
      { key: 'b', seats: 2 },
    ])
  })
  test('decide with the server: other params end a refusal', async () => {
    const { client } = await startSecret()
    await expect(client.join('general', { params: { key: 'wrong' } })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    const room = await client.join('general', { params: { key: 'right' } })
    await expect(room.emit('message', { text: 'hi' })).resolves.toMatchObject({ confirmed: true })
  })
  test('that the contract refuses fail the call, and nothing is sent', async () => {
    const { client, asked } = await startSecret()
    const untyped = client as unknown as Client
    await client.connect()
    const error = await rejection(untyped.join('general', { params: { key: 7 } }))
    expect(error).toBeInstanceOf(ValidationError)
    expect(error).toMatchObject({ code: 'INVALID', event: 'join' })
    expect(() => untyped.room('general').retain({ params: 'key' })).toThrow(ValidationError)
    expect([client.room('general').status, asked]).toEqual(['left', []])
  })
  test('OB10 are sent with a join for queued messages alone', async () => {
    const { url, server, dataOf } = await startScript({
      $publish: ({ epoch, items }, _socket, nth) =>
        nth === 1 ? undefined : { ok: true, epoch, results: items.map(() => ({ seq: 1, at: 0 })) },
      $join: () => joinAnswer(),
    })
    const client = startRoomful(url)
    const room = await client.join('general', { params: { key: 'a' } })
    const sent = codeOf(room.emit('m', 'text'))
    await eventually(() => expect(dataOf('$publish')).toHaveLength(1))
    await room.leave()
    await server.close()
    await until(client, 'reconnecting')
    await server.restart()
    await expect(sent).resolves.toBe('confirmed')
    expect(dataOf('$join')).toEqual([
      { room: 'general', params: { key: 'a' }, packs: true },
      { room: 'general', params: { key: 'a' }, packs: true },
    ])
    expect(room.status).toBe('left')
  })
})
