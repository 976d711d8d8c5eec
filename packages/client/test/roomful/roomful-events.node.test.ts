import type { Gap, MessageMeta } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { recordInspect, startRoomful } from '../support/test-client.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'
import { recordRoom } from '../rooms/support/record-room.ts'
import { joinAnswer, metaOf, startScript } from '../rooms/support/scripted-server.ts'
import { transports } from '../support/transports.ts'

describe('an event of a room', () => {
  test('DS4 reaches the listeners of that room only, with its meta', async () => {
    const { url, say } = await startScript()
    const client = startRoomful(url)
    const received: [string, unknown, MessageMeta?][] = []
    client.on('message', (data) => received.push(['client', data]))
    const [general, other] = await Promise.all([client.join('general'), client.join('other')])
    general.on('message', (data, meta) => received.push(['general', data, meta]))
    other.on('message', (data, meta) => received.push(['other', data, meta]))
    say('message', { text: 'hi' }, metaOf('general', 1))
    say('message', 'for everyone')
    await eventually(() => expect(received).toHaveLength(2))
    const meta = {
      id: 'server:1',
      seq: 1,
      epoch: 'epoch-one',
      from: { id: 'ann', name: 'Ann' },
      at: 1_700_000_000_001,
      replayed: false,
    }
    expect(received).toEqual([
      ['general', { text: 'hi' }, meta],
      ['client', 'for everyone'],
    ])
  })
  test('has no id and no seq if it is volatile, and no sender if the server sent it', async () => {
    const { url, say } = await startScript()
    const room = await startRoomful(url).join('general')
    const received: MessageMeta[] = []
    room.on('cursor', (_data, meta) => received.push(meta))
    say('cursor', { x: 1 }, { $room: 'general', from: null, at: 5 })
    await eventually(() => expect(received).toHaveLength(1))
    expect(received).toEqual([{ id: undefined, seq: undefined, from: undefined, at: 5, replayed: false }])
  })
  test('DS6 of a room that the app has not named or not joined is dropped and shown to `inspect`', async () => {
    const { url, say } = await startScript()
    const { ofType, inspect } = recordInspect()
    const client = startRoomful(url, { inspect })
    const named = client.room('named')
    const received: unknown[] = []
    named.on('message', (data) => received.push(data))
    await client.connect()
    say('message', 1, metaOf('stranger', 1))
    say('message', 2, metaOf('named', 1))
    await eventually(() => expect(ofType('drop')).toHaveLength(2))
    expect(ofType('drop').map(({ reason }) => reason)).toEqual(['no room stranger', 'the room is not joined'])
    expect(received).toEqual([])
  })
  test('DS1 calls a handler as often as it was added and not removed', async () => {
    const { url, say } = await startScript()
    const room = await startRoomful(url).join('general')
    const received: string[] = []
    const handler = (data: string) => received.push(data)
    const [first, second] = [room.on('message', handler), room.on('message', handler)]
    first()
    first()
    say('message', 'a', metaOf('general', 1))
    await eventually(() => expect(received).toEqual(['a']))
    second()
    room.on('end', () => received.push('end'))
    say('message', 'b', metaOf('general', 2))
    say('end', null, metaOf('general', 3))
    await eventually(() => expect(received).toEqual(['a', 'end']))
  })
  test('DS2 reaches the other handlers if one throws', async () => {
    const { url, say } = await startScript()
    const errors: unknown[] = []
    const room = await startRoomful(url, { onError: (error, source) => errors.push([error, source]) }).join('general')
    const received: unknown[] = []
    room.on('message', () => {
      throw new TypeError('oops')
    })
    room.on('message', (data) => received.push(data))
    say('message', 1, metaOf('general', 1))
    say('message', 2, metaOf('general', 2))
    await eventually(() => expect(received).toEqual([1, 2]))
    expect(errors).toEqual([1, 2].map(() => [new TypeError('oops'), 'message of general']))
  })
  test('DS5 with a reserved name is refused with a sentence, for listeners and emits', async () => {
    const { url } = await startScript()
    const room = await startRoomful(url).join('general')
    expect(() => room.on('connect', () => {})).toThrow('event name "connect" is reserved by Socket.IO')
    expect(() => room.on('$head', () => {})).toThrow('names that begin with $ belong to the protocol')
    await expect(room.emit('$publish', {})).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(() => room.volatile.emit('disconnect')).toThrow('reserved')
  })
  test('CN12 with a malformed meta is an event of the client', async () => {
    expectNothingUncaught()
    const { url, say } = await startScript()
    const client = startRoomful(url)
    const room = await client.join('general')
    const received: unknown[] = []
    room.on('message', () => received.push('room'))
    client.on('message', (data) => received.push(data))
    for (const [n, meta] of [
      null,
      7,
      {},
      { $room: 5 },
      { $room: 'general' },
      { $room: 'general', at: 'now' },
    ].entries())
      say('message', n, meta)
    await eventually(() => expect(received).toEqual([0, 1, 2, 3, 4, 5]))
  })
})

describe('C13 messages around the answer to a join', () => {
  // Over HTTP, and over a busy WebSocket, packets come in bunches: the answer with the messages right after it.
  test.each(transports)('are delivered right after it, over %s', async (transport) => {
    const { url } = await startScript({
      $join:
        ({ room }, socket) =>
        (acknowledge) => {
          acknowledge(joinAnswer({ head: 5, members: { v: 1, count: 1, list: [{ user: { id: 'ann' } }] } }))
          for (const seq of [6, 7, 8]) socket.emit('message', seq, metaOf(room, seq))
          socket.emit('$members', { room, v: 2, set: [{ user: { id: 'bob' } }] })
        },
    })
    const client = startRoomful(url, { socket: { transports: [transport] } })
    const room = client.room('general')
    const received: unknown[] = []
    room.on('message', (data) => received.push(data))
    room.on('gap', (gap) => received.push(gap))
    await room.join()
    await eventually(() => expect(received).toEqual([6, 7, 8]))
    await eventually(() => expect([...room.members.getState().keys()]).toEqual(['ann', 'bob']))
  })
  test('are not delivered by the first join if the log has them already', async () => {
    const { url } = await startScript({
      $join:
        ({ room }, socket) =>
        (acknowledge) => {
          socket.emit('message', 5, metaOf(room, 5))
          acknowledge(joinAnswer({ head: 5 }))
          socket.emit('message', 6, metaOf(room, 6))
        },
    })
    const room = startRoomful(url).room('general')
    const received: unknown[] = []
    room.on('message', (data) => received.push(data))
    await room.join()
    await expect.poll(() => received).toEqual([6])
  })
  test('are dropped if the connection ends before the answer', async () => {
    const { url, server, dataOf } = await startScript({
      $join: ({ room }, socket, nth) => {
        if (nth > 1) return joinAnswer({ epoch: 'epoch-two' })
        socket.emit('message', 'of another connection', metaOf(room, 5))
        socket.emit('seen')
        return undefined
      },
    })
    const client = startRoomful(url)
    const room = client.room('general')
    const received: unknown[] = []
    room.on('message', (data) => received.push(data))
    client.on('seen', () => received.push('seen'))
    const joined = room.join()
    await expect.poll(() => received).toEqual(['seen'])
    await server.restart()
    await joined
    expect(dataOf('$join')).toHaveLength(2)
    expect(received).toEqual(['seen'])
  })
  test('count as received when the room is joined again', async () => {
    const gaps: Gap[] = []
    const { url, server } = await startScript({
      $join:
        ({ room }, socket, nth) =>
        (acknowledge) => {
          acknowledge(joinAnswer({ head: nth === 1 ? 5 : 6 }))
          if (nth === 1) socket.emit('message', 6, metaOf(room, 6))
        },
    })
    const room = startRoomful(url).room('general')
    const received: unknown[] = []
    room.on('message', (data) => received.push(data))
    room.on('gap', (gap) => gaps.push(gap))
    await room.join()
    await eventually(() => expect(received).toEqual([6]))
    const statuses = recordRoom(room)
    await server.restart()
    await eventually(() => expect(statuses).toEqual(['joined', 'suspended', 'joining', 'joined']))
    expect(gaps).toEqual([])
  })
})
