import { plainRooms, RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { rejection, startClient } from '../support/test-client.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'
import { startPlain } from './support/plain-server.ts'

/** Nobody waits for an answer that a server need not give. */
const quick = plainRooms({ ackWaitMs: 20 })
const silent = () => {}

describe('RM5 a join on a plain server', () => {
  test('that is acknowledged', async () => {
    const { url, received, membersOf } = await startPlain()
    const client = startClient(url)
    const room = await client.join('general')
    expect(room).toBe(client.room('general'))
    expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: true })
    expect(received).toEqual([{ event: 'join', data: { room: 'general' } }])
    expect(membersOf('general')).toBe(1)
    expect([...room.members.getState()]).toEqual([])
    await room.leave()
    expect(received.at(-1)).toEqual({ event: 'leave', data: { room: 'general' } })
    expect(membersOf('general')).toBe(0)
    expect(room.status).toBe('left')
  })
  test('that is not, counts after a short wait, and says so', async () => {
    const { url } = await startPlain({ onJoin: silent, onLeave: silent })
    const room = await startClient(url, { rooms: quick }).join('general')
    expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: false })
    await room.leave()
    expect(room.status).toBe('left')
  })
  test('that is not, waits no longer than any other join does', async () => {
    const { url } = await startPlain({ onJoin: silent })
    const patient = plainRooms({ ackWaitMs: 600_000 })
    const room = await startClient(url, { rooms: patient, joinTimeoutMs: 20 }).join('general')
    expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: false })
  })
  test('that is acknowledged late', async () => {
    const answers: (() => void)[] = []
    const { url } = await startPlain({ onJoin: (_room, acknowledge) => answers.push(acknowledge) })
    const room = await startClient(url, { rooms: quick }).join('general')
    expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: false })
    answers[0]?.()
    await eventually(() => expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: true }))
  })
  test('that is refused, as our server says it', async () => {
    const refusal = { code: 'FULL', message: 'the room is full', data: { limit: 3 } }
    const { url } = await startPlain({ onJoin: (_room, acknowledge) => acknowledge({ $error: refusal }) })
    const client = startClient(url)
    const error = await rejection(client.join('general'))
    expect(error).toBeInstanceOf(RoomfulError)
    expect(error).toMatchObject({ code: 'FULL', message: 'the room is full', refusal })
    expect(client.room('general').state.getState()).toEqual({ status: 'failed', error })
  })
  test('that is refused, as refusalOf sees it: of one value, or of several', async () => {
    const { url } = await startPlain({
      onJoin: (room, acknowledge) => (room === 'one' ? acknowledge({ ok: false }) : acknowledge('no', 403)),
    })
    const client = startClient(url, {
      refusalOf: (ack) => (Array.isArray(ack) ? { code: `HTTP_${ack[1]}` } : { code: 'NOT_OK', message: 'not ok' }),
    })
    await expect(client.join('one')).rejects.toMatchObject({ code: 'NOT_OK', message: 'not ok' })
    await expect(client.join('two')).rejects.toMatchObject({
      code: 'HTTP_403',
      message: 'the server refused: HTTP_403',
    })
  })
  test('that is refused late: joined until then, and what waits or comes is refused', async () => {
    const answers: ((answer: unknown) => void)[] = []
    const { url } = await startPlain({ onJoin: (_room, acknowledge) => answers.push(acknowledge) })
    const room = await startClient(url, { rooms: quick }).join('general')
    answers[0]?.({ $error: { code: 'FORBIDDEN' } })
    await eventually(() => expect(room.status).toBe('failed'))
    expect(room.state.getState().error).toMatchObject({ code: 'FORBIDDEN' })
    const error = await rejection(room.emit('message', {}))
    expect(error).toMatchObject({ code: 'NOT_MEMBER', cause: { code: 'FORBIDDEN' } })
  })
  test('EM9 where refusalOf throws: the room says so, and nothing is uncaught', async () => {
    expectNothingUncaught()
    const { url } = await startPlain()
    const client = startClient(url, {
      refusalOf: () => {
        throw new TypeError('oops')
      },
    })
    await expect(client.join('general')).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(client.room('general').status).toBe('failed')
  })
})

describe('plainRooms', () => {
  test('says how the server speaks of rooms', async () => {
    const { url, server, received } = await startPlain()
    const client = startClient(url, {
      rooms: plainRooms({
        joinEvent: 'subscribe',
        leaveEvent: 'unsubscribe',
        toRoom: (channel, data) => ({ channel, data }),
        roomOf: (_event, data) => (data as { channel?: string } | undefined)?.channel,
        ackWaitMs: 20,
      }),
    })
    const room = await client.join('news')
    const heard: unknown[] = []
    room.on('message', (data) => heard.push(data))
    await expect(room.emit('message', 'hi')).resolves.toEqual({ confirmed: false, id: expect.any(String) })
    await room.leave()
    await eventually(() => expect(received).toHaveLength(3))
    expect(received).toEqual([
      { event: 'subscribe', data: { room: 'news' } },
      { event: 'message', data: { channel: 'news', data: 'hi' } },
      { event: 'unsubscribe', data: { room: 'news' } },
    ])
    await room.join()
    server.io.emit('message', { channel: 'news', text: 'hi' })
    await eventually(() => expect(heard).toEqual([{ channel: 'news', text: 'hi' }]))
  })
  test('a roomOf or toRoom that throws harms nobody', async () => {
    expectNothingUncaught()
    const errors: string[] = []
    const { url, server } = await startPlain()
    const client = startClient(url, {
      onError: (_error, source) => errors.push(source),
      rooms: plainRooms({
        roomOf: () => {
          throw new TypeError('oops')
        },
        toRoom: (_room, data) => {
          if (data === 'bad') throw new TypeError('bad')
          return data
        },
      }),
    })
    const room = await client.join('general')
    const heard: unknown[] = []
    client.on('message', (data) => heard.push(data))
    server.io.emit('message', 'hi')
    await eventually(() => expect(heard).toEqual(['hi']))
    expect(errors).toEqual(['roomOf'])
    await expect(room.emit('message', 'bad')).rejects.toMatchObject({ code: 'INTERNAL', message: 'bad' })
    await expect(room.emit('message', 'good')).resolves.toMatchObject({ confirmed: false })
    expect(() => room.volatile.emit('message', 'bad')).toThrow('bad')
  })
})

describe('DS4 an event whose data names a room', () => {
  test('is heard on the client, and in that room while it is joined', async () => {
    const { url, server } = await startPlain()
    const client = startClient(url)
    const room = client.room('general')
    const heard: [string, unknown][] = []
    client.on('news', (data) => heard.push(['client', data]))
    room.on('news', (data, { id, seq, from, replayed }) => heard.push(['room', [data, id, seq, from, replayed]]))
    await room.join()
    server.io.emit('news', { room: 'general', n: 1 })
    server.io.emit('news', { room: 'other', n: 2 })
    server.io.emit('news', 'general')
    server.io.emit('news', null)
    await eventually(() => expect(heard).toHaveLength(5))
    expect(heard).toEqual([
      ['client', { room: 'general', n: 1 }],
      ['room', [{ room: 'general', n: 1 }, undefined, undefined, undefined, false]],
      ['client', { room: 'other', n: 2 }],
      ['client', 'general'],
      ['client', null],
    ])
  })
  test('is not heard in the room before it is joined, or from the moment it is left: RM6', async () => {
    const { url, server } = await startPlain({ onLeave: silent })
    const client = startClient(url)
    const room = client.room('general')
    const heard: [string, number][] = []
    client.on('news', ({ n }: { n: number }) => heard.push(['client', n]))
    room.on('news', ({ n }: { n: number }) => heard.push(['room', n]))
    await client.connect()
    server.io.emit('news', { room: 'general', n: 1 })
    await eventually(() => expect(heard).toHaveLength(1))
    await room.join()
    void room.leave()
    server.io.emit('news', { room: 'general', n: 2 })
    await eventually(() => expect(heard).toHaveLength(2))
    expect(heard).toEqual([
      ['client', 1],
      ['client', 2],
    ])
  })
})
