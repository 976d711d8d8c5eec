import { plainRooms, RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { rejection, startClient } from '../support/test-client.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'
import { startPlain } from './support/plain-server.ts'

/** Waits only shortly for an answer that a server need not give. */
const quick = { joinTimeoutMs: 20 }
const silent = () => {}

describe('RM5 a join on a plain server', () => {
  test('is acknowledged by the answer', async () => {
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
  test('counts as joined without an answer after a short wait, `acknowledged: false`', async () => {
    const { url } = await startPlain({ onJoin: silent, onLeave: silent })
    const room = await startClient(url, quick).join('general')
    expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: false })
    await room.leave()
    expect(room.status).toBe('left')
  })
  test('waits for the answer no longer than joinTimeoutMs', async () => {
    const { url } = await startPlain({ onJoin: silent })
    const room = await startClient(url, { rooms: plainRooms(), joinTimeoutMs: 20 }).join('general')
    expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: false })
  })
  test('is acknowledged by a late answer', async () => {
    const answers: (() => void)[] = []
    const { url } = await startPlain({ onJoin: (_room, acknowledge) => answers.push(acknowledge) })
    const room = await startClient(url, quick).join('general')
    expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: false })
    await eventually(() => expect(answers).toHaveLength(1))
    answers[0]?.()
    await eventually(() => expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: true }))
  })
  test('is refused by an answer { $error }', async () => {
    const refusal = { code: 'FULL', message: 'the room is full', data: { limit: 3 } }
    const { url } = await startPlain({ onJoin: (_room, acknowledge) => acknowledge({ $error: refusal }) })
    const client = startClient(url)
    const error = await rejection(client.join('general'))
    expect(error).toBeInstanceOf(RoomfulError)
    expect(error).toMatchObject({ code: 'FULL', message: 'the room is full', refusal })
    expect(client.room('general').state.getState()).toEqual({ status: 'failed', error })
  })
  test('is refused by an answer of one or several values that refusalOf reads', async () => {
    const { url } = await startPlain({
      onJoin: (room, acknowledge) => (room === 'one' ? acknowledge({ ok: false }) : acknowledge('no', 403)),
    })
    const client = startClient(url, {
      rooms: plainRooms({
        refusalOf: (ack) => (Array.isArray(ack) ? { code: `HTTP_${ack[1]}` } : { code: 'NOT_OK', message: 'not ok' }),
      }),
    })
    await expect(client.join('one')).rejects.toMatchObject({ code: 'NOT_OK', message: 'not ok' })
    await expect(client.join('two')).rejects.toMatchObject({
      code: 'HTTP_403',
      message: 'the server refused: HTTP_403',
    })
  })
  test('is failed by a late refusal, and messages are refused then', async () => {
    const answers: ((answer: unknown) => void)[] = []
    const { url } = await startPlain({ onJoin: (_room, acknowledge) => answers.push(acknowledge) })
    const room = await startClient(url, quick).join('general')
    await eventually(() => expect(answers).toHaveLength(1))
    answers[0]?.({ $error: { code: 'FORBIDDEN' } })
    await eventually(() => expect(room.status).toBe('failed'))
    expect(room.state.getState().error).toMatchObject({ code: 'FORBIDDEN' })
    const error = await rejection(room.emit('message', {}))
    expect(error).toMatchObject({ code: 'NOT_MEMBER', cause: { code: 'FORBIDDEN' } })
  })
  test('EM6 fails with INTERNAL if refusalOf throws, and nothing is uncaught', async () => {
    expectNothingUncaught()
    const { url } = await startPlain()
    const client = startClient(url, {
      rooms: plainRooms({
        refusalOf: () => {
          throw new TypeError('oops')
        },
      }),
    })
    await expect(client.join('general')).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(client.room('general').status).toBe('failed')
  })
})

describe('DS4 with plainRooms(), an event whose data names a room', () => {
  test("goes to the listeners of the joined room, then to the client's", async () => {
    const { url, server } = await startPlain()
    const client = startClient(url)
    const room = client.room('general')
    const events: [string, unknown][] = []
    client.on('news', (data) => events.push(['client', data]))
    room.on('news', (data, { id, seq, from, replayed }) => events.push(['room', [data, id, seq, from, replayed]]))
    await room.join()
    server.io.emit('news', { room: 'general', n: 1 })
    server.io.emit('news', { room: 'other', n: 2 })
    server.io.emit('news', 'general')
    server.io.emit('news', null)
    await eventually(() => expect(events).toHaveLength(5))
    expect(events).toEqual([
      ['room', [{ room: 'general', n: 1 }, undefined, undefined, undefined, false]],
      ['client', { room: 'general', n: 1 }],
      ['client', { room: 'other', n: 2 }],
      ['client', 'general'],
      ['client', null],
    ])
  })
  test("RM6 goes to the client's listeners only while the room is not joined", async () => {
    const { url, server } = await startPlain({ onLeave: silent })
    const client = startClient(url)
    const room = client.room('general')
    const events: [string, number][] = []
    client.on('news', ({ n }: { n: number }) => events.push(['client', n]))
    room.on('news', ({ n }: { n: number }) => events.push(['room', n]))
    await client.connect()
    server.io.emit('news', { room: 'general', n: 1 })
    await eventually(() => expect(events).toHaveLength(1))
    await room.join()
    void room.leave()
    server.io.emit('news', { room: 'general', n: 2 })
    await eventually(() => expect(events).toHaveLength(2))
    expect(events).toEqual([
      ['client', 1],
      ['client', 2],
    ])
  })
})
