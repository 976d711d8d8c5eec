import { createClient, type EventCall, type PlainRooms, plainRooms } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { rejection, startClient } from '../support/test-client.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'
import { startPlain } from './support/plain-server.ts'
import { startServer } from '../support/test-server.ts'

/** A server whose handlers take other arguments than the tutorial's. It keeps each packet's arguments. */
async function startOther() {
  const received: unknown[][] = []
  const server = await startServer({
    configure: (io) =>
      io.on('connection', (socket) => {
        socket.onAny((...packet: unknown[]) => received.push(packet.filter((part) => typeof part !== 'function')))
        socket.on('subscribe', async (channel: string, _user: unknown, ack: () => void) => {
          await socket.join(channel)
          ack()
        })
        socket.on('unsubscribe', async (channel: string, ack: () => void) => {
          await socket.leave(channel)
          ack()
        })
      }),
  })
  return { ...server, io: server.io, received }
}

/** A client of the usual server, of which one function fails in `general` only. */
async function startFailing(rooms: PlainRooms) {
  const plain = await startPlain()
  const reported: [string, unknown][] = []
  const client = startClient(plain.url, {
    rooms: plainRooms(rooms),
    onError: (error, source) => reported.push([source, error]),
  })
  return { ...plain, client, reported }
}

const oops = new TypeError('oops')
const fail = (): EventCall => {
  throw oops
}

describe('RM12 the functions of plainRooms()', () => {
  test('say how the server speaks of rooms', async () => {
    const { url, io, received } = await startOther()
    const client = startClient(url, {
      rooms: plainRooms({
        join: (room, params) => ['subscribe', room, params],
        leave: (room) => ['unsubscribe', room],
        emit: (room, event, data, { params }) => ['say', room, event, data, params],
        roomOf: (_event, data) => (data as { channel?: string } | undefined)?.channel,
      }),
    })
    const room = await client.join('news', { params: { as: 'ann' } })
    const messages: unknown[] = []
    room.on('message', (data) => messages.push(data))
    await expect(room.emit('message', 'hi')).resolves.toEqual({ confirmed: false, id: expect.any(String) })
    room.volatile.emit('cursor', 7)
    io.to('news').emit('message', { channel: 'news', text: 'hi' })
    await eventually(() => expect(messages).toEqual([{ channel: 'news', text: 'hi' }]))
    await room.leave()
    expect(received).toEqual([
      ['subscribe', 'news', { as: 'ann' }],
      ['say', 'news', 'message', 'hi', { as: 'ann' }],
      ['say', 'news', 'cursor', 7, { as: 'ann' }],
      ['unsubscribe', 'news'],
    ])
  })
  test('are { room, ...params } and { room, ...data } unless the app gives others', async () => {
    const { url, received } = await startPlain()
    const room = await startClient(url).join('general', { params: { username: 'ann' } })
    await room.send({ text: 'hi' })
    await room.leave()
    expect(received).toEqual([
      { event: 'join', data: { room: 'general', username: 'ann' } },
      { event: 'message', data: { room: 'general', text: 'hi' } },
      { event: 'leave', data: { room: 'general', username: 'ann' } },
    ])
  })
  test('a join with params that are no object fails with a sentence that says how to change that', async () => {
    const { url, received } = await startPlain()
    const error = await rejection(startClient(url).join('general', { params: 'secret' }))
    expect(error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message:
        'plainRooms sends { room, ...params }, so params must be an object, got "secret"; plainRooms({ join }) changes that',
    })
    expect(received).toEqual([])
  })
})

describe.each<[string, () => EventCall, object]>([
  ['throws', fail, { message: 'plainRooms join threw TypeError: oops', cause: oops }],
  ['returns nothing', () => undefined as unknown as EventCall, { message: expect.stringContaining('got undefined') }],
  ['returns a text', () => 'join' as unknown as EventCall, { message: expect.stringContaining('got "join"') }],
  ['returns an empty list', () => [] as unknown as EventCall, { message: expect.stringContaining('got an array') }],
  [
    'returns a promise',
    async () => ['join'] as unknown as EventCall,
    { message: expect.stringContaining('got object') },
  ] as unknown as [string, () => EventCall, object],
])('RM12 a function of plainRooms() that %s', (_what, broken, error) => {
  const expected = (option: string) => ({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(`plainRooms ${option}`),
  })

  test('fails the join, and no other room', async () => {
    expectNothingUncaught()
    const { client, words } = await startFailing({
      join: (room) => (room === 'general' ? broken() : ['join', { room }]),
    })
    client.emit('queued')
    const failure = await rejection(client.join('general'))
    expect(failure).toMatchObject({ ...expected('join'), ...error })
    expect(client.room('general').state.getState()).toEqual({ status: 'failed', error: failure })
    await client.join('other')
    await eventually(() => expect(words()).toContain('join other'))
    expect(words().toSorted()).toEqual(['join other', 'queued'])
  })
  test('fails the message, and no other message', async () => {
    expectNothingUncaught()
    const { client, words } = await startFailing({
      emit: (room, event, data) => (event === 'bad' ? broken() : [event, { room, ...(data as object) }]),
    })
    const room = await client.join('general')
    await expect(room.emit('bad', {})).rejects.toMatchObject(expected('emit'))
    expect(() => room.volatile.emit('bad', {})).toThrow(expect.objectContaining(expected('emit')))
    await room.emit('good', { text: 'hi' })
    await eventually(() => expect(words()).toEqual(['join general', 'good general:hi']))
    expect(client.outbox.getState().queued).toBe(0)
  })
  test('ends the leave, and onError gets the error', async () => {
    expectNothingUncaught()
    const { client, words, reported } = await startFailing({ leave: broken })
    const room = await client.join('general')
    await room.leave()
    expect(room.status).toBe('left')
    expect(reported).toEqual([['leave', expect.objectContaining(expected('leave'))]])
    await room.join()
    expect(words()).toEqual(['join general', 'join general'])
  })
})

describe('RM12 roomOf', () => {
  test('that throws is reported, and the event goes to the client', async () => {
    const { client, server, reported } = await startFailing({ roomOf: fail as () => never })
    await client.join('general')
    const received: unknown[] = []
    client.on('message', (data) => received.push(data))
    server.io.emit('message', 'hi')
    await eventually(() => expect(received).toEqual(['hi']))
    expect(reported).toEqual([['roomOf', oops]])
  })
})

describe('RM12 an option of plainRooms()', () => {
  test.each<[string, unknown, string]>([
    ['join', 'subscribe', 'plainRooms join: expected a function or false, got "subscribe"'],
    ['leave', true, 'plainRooms leave: expected a function or false, got true'],
    ['emit', null, 'plainRooms emit: expected a function, got null'],
    ['roomOf', 'room', 'plainRooms roomOf: expected a function, got "room"'],
    ['refusalOf', [], 'plainRooms refusalOf: expected a function, got an array'],
    ['isRetryable', true, 'plainRooms isRetryable: expected a function, got true'],
    ['acks', 300, 'plainRooms acks: expected a boolean, got 300'],
    ['ackWaitMs', 300, 'plainRooms has no option ackWaitMs'],
  ])('%s of the wrong type is refused at once: %j', (name, value, message) => {
    expect(() => plainRooms({ [name]: value })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }))
  })
  test('that is undefined has its default', async () => {
    const { url, received } = await startPlain()
    const rooms = plainRooms({ join: undefined, acks: undefined } as unknown as PlainRooms)
    await startClient(url, { rooms }).join('general')
    expect(received).toEqual([{ event: 'join', data: { room: 'general' } }])
  })
  test('is refused by createClient without plainRooms()', () => {
    const rooms = { join: () => ['join'] } as never
    expect(() => createClient({ url: 'http://localhost', rooms })).toThrow('expected roomful() or plainRooms()')
  })
})

describe('RM12 a message that waits for its room', () => {
  test('is sent before one that a listener of the gap emits', async () => {
    let isRefusing = false
    const { url, cut, words } = await startPlain({
      onJoin: (_room, acknowledge) =>
        acknowledge(...(isRefusing ? [{ $error: { code: 'RATE', message: 'wait' } }] : [])),
    })
    const room = await startClient(url).join('general')
    room.on('gap', () => void room.emit('say', { text: 'in the gap' }))
    isRefusing = true
    cut()
    await eventually(() => expect(room.status).toBe('failed'))
    void room.emit('say', { text: 'first' })
    isRefusing = false
    const said = () => words().filter((word) => word.startsWith('say'))
    await eventually(() => expect(said()).toEqual(['say general:first', 'say general:in the gap']))
  })

  test('waits too after a refusal that came late', async () => {
    const refusals: (() => void)[] = []
    const { url, words } = await startPlain({
      onJoin: (_room, acknowledge) => refusals.push(() => acknowledge({ $error: { code: 'RATE', message: 'wait' } })),
    })
    const room = await startClient(url, { rooms: plainRooms(), joinTimeoutMs: 20 }).join('general')
    await eventually(() => expect(refusals).toHaveLength(1))
    refusals[0]?.()
    await eventually(() => expect(room.status).toBe('failed'))
    void room.emit('say', { text: 'hi' })
    await room.join()
    await eventually(() => expect(words().indexOf('say general:hi')).toBeGreaterThan(1)) // after two joins
  })
})
