import { createClient, eventNameRooms, plainRooms, positionalRooms, roomFieldRooms, roomIdRooms } from '@roomful/client'
import type { Server, Socket } from 'socket.io'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { rejection, startClient } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

type Ack = (...values: unknown[]) => void

/** A server with handlers of its own; `received` has the arguments of each packet, without a callback. */
async function startWith(handlers: (socket: Socket, io: Server) => void) {
  const received: unknown[][] = []
  const server = await startServer({
    configure: (io) =>
      io.on('connection', (socket) => {
        socket.onAny((...packet: unknown[]) => received.push(packet.filter((part) => typeof part !== 'function')))
        handlers(socket, io)
      }),
  })
  return { server, url: server.url, io: server.io, received, sizeOf: (room: string) => sizeOf(server.io, room) }
}
const sizeOf = (io: Server, room: string): number => io.sockets.adapter.rooms.get(room)?.size ?? 0

/** `socket.on('join', (room, ack) => …)`, as most Node servers have it. */
const positional = (socket: Socket, io: Server): void => {
  socket.on('join', (room: string, ack?: Ack) => {
    void socket.join(room)
    ack?.({ ok: true })
  })
  socket.on('leave', (room: string, ack?: Ack) => {
    void socket.leave(room)
    ack?.()
  })
  socket.on('chat message', (room: string, ...rest: unknown[]) => {
    const values = rest.filter((value) => typeof value !== 'function')
    io.to(room).emit('chat message', room, ...values)
  })
}

describe('PL1 positionalRooms', () => {
  test('joins, sends, hears and leaves with the room as first argument', async () => {
    const { url, received, sizeOf: size } = await startWith(positional)
    const room = await startClient(url, { rooms: plainRooms(positionalRooms) }).join('general')
    expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: true })
    expect(size('general')).toBe(1)
    const heard: unknown[] = []
    room.on('chat message', (data) => heard.push(data))
    await room.emit('chat message', 'hi')
    await room.emit('chat message', { text: 'an object' })
    await room.emit('chat message')
    await eventually(() => expect(heard).toEqual(['hi', { text: 'an object' }, undefined]))
    await room.leave()
    expect(size('general')).toBe(0)
    expect(received).toEqual([
      ['join', 'general'],
      ['chat message', 'general', 'hi'],
      ['chat message', 'general', { text: 'an object' }],
      ['chat message', 'general'],
      ['leave', 'general'],
    ])
  })
  test('hears several arguments after the room as a list, and a callback of the server is none of them', async () => {
    const { url, io } = await startWith(positional)
    const room = await startClient(url, { rooms: plainRooms(positionalRooms) }).join('general')
    const heard: unknown[] = []
    room.on('moved', (data) => heard.push(data))
    io.to('general').emit('moved', 'general', 3, 4)
    io.sockets.sockets.forEach((socket) => socket.emit('moved', 'general', 5, () => {}))
    io.to('general').emit('moved', 'elsewhere', 6)
    io.to('general').emit('moved', { room: 'general' }, 7)
    io.to('general').emit('moved', 'general', 'end')
    await eventually(() => expect(heard).toEqual([[3, 4], 5, 'end']))
  })
  test('sends the params of a join as second argument', async () => {
    const { url, received } = await startWith((socket) => {
      socket.on('join', (_room: string, _params: object, ack: Ack) => ack())
    })
    await startClient(url, { rooms: plainRooms(positionalRooms) }).join('general', { params: { as: 'ann' } })
    expect(received).toEqual([['join', 'general', { as: 'ann' }]])
  })
  test('joins again after an outage', async () => {
    const { url, io, sizeOf: size } = await startWith(positional)
    const room = await startClient(url, { rooms: plainRooms(positionalRooms) }).join('general')
    const gaps: unknown[] = []
    room.on('gap', ({ reason }) => gaps.push(reason))
    io.sockets.sockets.forEach((socket) => socket.conn.close())
    await eventually(() => expect([gaps, room.status, size('general')]).toEqual([['unsupported'], 'joined', 1]))
  })
  test('can be given with other functions in the place of some', async () => {
    const { url, received } = await startWith((socket) => {
      socket.on('subscribe', (_room: string, ack: Ack) => ack())
    })
    const rooms = plainRooms({
      ...positionalRooms,
      join: (room) => ['subscribe', room],
      emit: (room, event, data) => [...positionalRooms.emit(room, event, data, { id: '', params: undefined }), 'now'],
    })
    const room = await startClient(url, { rooms }).join('general')
    await room.emit('say', 'hi')
    await eventually(() =>
      expect(received).toEqual([
        ['subscribe', 'general'],
        ['say', 'general', 'hi', 'now'],
      ]),
    )
  })
})

describe('PL1 roomFieldRooms and roomIdRooms', () => {
  test.each([
    ['roomFieldRooms', roomFieldRooms, 'room'],
    ['roomIdRooms', roomIdRooms, 'roomId'],
    ['the default', {}, 'room'],
  ])('%s: the room is a field of the data', async (_name, style, field) => {
    const {
      url,
      received,
      io,
      sizeOf: size,
    } = await startWith((socket) => {
      socket.on('join', (data: Record<string, string>, ack: Ack) => {
        void socket.join(data[field] ?? 'nowhere')
        ack()
      })
    })
    const reported: unknown[] = []
    const onError = (error: unknown): void => void reported.push(error)
    const client = startClient(url, { rooms: plainRooms(style), onError })
    const room = await client.join('general', { params: { as: 'ann' } })
    expect(size('general')).toBe(1)
    const heard: unknown[] = []
    room.on('message', (data) => heard.push(data))
    io.emit('message', { [field]: 'general', text: 'hi' })
    io.emit('message', { [field]: 'general' }, 'and', 'more')
    io.emit('message', { other: 'general' })
    io.emit('message', { [field]: { name: 'general' } })
    io.emit('message', { [field]: 'general' })
    await eventually(() =>
      expect(heard).toEqual([
        { [field]: 'general', text: 'hi' },
        [{ [field]: 'general' }, 'and', 'more'],
        { [field]: 'general' },
      ]),
    )
    expect(reported).toEqual([])
    await room.send({ text: 'bye' })
    await room.leave()
    expect(received).toEqual([
      ['join', { [field]: 'general', as: 'ann' }],
      ['message', { [field]: 'general', text: 'bye' }],
      ['leave', { [field]: 'general', as: 'ann' }],
    ])
  })
  test('data that is no object is refused with a sentence that names the field', async () => {
    const { url } = await startWith((socket) => socket.on('join', (_data: object, ack: Ack) => ack()))
    const room = await startClient(url, { rooms: plainRooms(roomIdRooms) }).join('general')
    expect(await rejection(room.send('hi'))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message:
        'plainRooms sends { roomId, ...data }, so data must be an object, got "hi"; plainRooms({ emit }) changes that',
    })
  })
})

describe('PL1 eventNameRooms', () => {
  const start = () =>
    startWith((socket, io) => {
      socket.onAny((event: string, ...args: unknown[]) => io.emit(event, ...args))
    })

  test('an event with the name of a joined room is its message; nothing is sent to join or leave', async () => {
    const { url, received, io } = await start()
    const client = startClient(url, { rooms: plainRooms(eventNameRooms) })
    const heard: unknown[] = []
    const room = await client.join('chat:42')
    expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: false })
    room.on('message', (data) => heard.push(data))
    client.on('chat:42', (data) => heard.push(['client', data]))
    client.on('chat:43', (data) => heard.push(['client', data]))
    await room.send('hi')
    await eventually(() => expect(heard).toEqual(['hi', ['client', 'hi']]))
    io.emit('chat:43', 'other room')
    io.emit('chat:42', 1, 2)
    io.emit('message', 'of no room')
    await eventually(() =>
      expect(heard.slice(2)).toEqual([
        ['client', 'other room'],
        [1, 2],
        ['client', 1],
      ]),
    )
    await room.leave()
    io.emit('chat:42', 'after the leave')
    await eventually(() => expect(heard.at(-1)).toEqual(['client', 'after the leave']))
    expect(heard).toHaveLength(6)
    expect(received).toEqual([['chat:42', 'hi']])
  })
  test('another event than "message" is refused with a sentence, and nothing is sent', async () => {
    const { url, received } = await start()
    const room = await startClient(url, { rooms: plainRooms(eventNameRooms) }).join('chat:42')
    expect(await rejection(room.emit('typing', true))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('eventNameRooms sends only "message" to a room'),
    })
    await room.send()
    await eventually(() => expect(received).toEqual([['chat:42']]))
  })
  test('refuses a room whose name Socket.IO reserves, by a sentence that says so', async () => {
    const { url } = await start()
    const room = await startClient(url, { rooms: plainRooms(eventNameRooms) }).join('disconnect')
    expect(await rejection(room.send('hi'))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('event name "disconnect" is reserved by Socket.IO'),
    })
    expect(() => room.volatile.emit('message', 'hi')).toThrow('is reserved by Socket.IO')
  })
  test('sends what the app gives for join and leave', async () => {
    const { url, received } = await startWith((socket) => socket.on('subscribe', (_room: string, ack: Ack) => ack()))
    const rooms = plainRooms({
      ...eventNameRooms,
      join: (room) => ['subscribe', room],
      leave: (room) => ['drop', room],
    })
    const room = await startClient(url, { rooms }).join('prices')
    expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: true })
    await room.leave()
    expect(received).toEqual([
      ['subscribe', 'prices'],
      ['drop', 'prices'],
    ])
  })
  test('queued messages are sent when the connection is back', async () => {
    const { server, url, received } = await start()
    const room = await startClient(url, { rooms: plainRooms(eventNameRooms) }).join('chat:42')
    await server.close()
    await eventually(() => expect(room.status).toBe('suspended'))
    const sent = room.send('queued')
    await server.restart()
    await sent
    await eventually(() => expect(received).toEqual([['chat:42', 'queued']]))
    expect(room.status).toBe('joined')
  })
})

describe('PL2 eventOf and dataOf', () => {
  test('give the name and the data of an event of a room', async () => {
    const { url, io } = await startWith((socket) => socket.on('join', (_data: object, ack: Ack) => ack()))
    const rooms = plainRooms({
      roomOf: (event, topic) => (event === 'publication' ? topic : undefined),
      eventOf: (_event, _topic, { type }: { type: string }) => type,
      dataOf: (_event, _topic, { payload }: { payload: unknown }) => payload,
    })
    const room = await startClient(url, { rooms }).join('news')
    const heard: unknown[] = []
    room.on('headline', (data) => heard.push(data))
    io.emit('publication', 'news', { type: 'headline', payload: 'rain' })
    io.emit('publication', 'sports', { type: 'headline', payload: 'goal' })
    io.emit('publication', 'news', { type: 'weather', payload: 7 })
    io.emit('publication', 'news', { type: 'headline', payload: 'sun' })
    await eventually(() => expect(heard).toEqual(['rain', 'sun']))
  })
  test.each([
    ['roomOf', { roomOf: () => ({ name: 'general' }) }, "expected a room's name or undefined, got object"],
    ['roomOf', { roomOf: async () => 'general' }, "expected a room's name or undefined, got object"],
    ['eventOf', { eventOf: () => 7 }, "expected an event's name, got 7"],
    ['eventOf', { eventOf: () => undefined }, "expected an event's name, got undefined"],
  ])(
    'RM12 %s that returns anything else is reported, and the event goes to the client',
    async (source, rooms, sentence) => {
      const { url, io } = await startWith((socket) => socket.on('join', (_data: object, ack: Ack) => ack()))
      const reported: unknown[] = []
      const client = startClient(url, {
        rooms: plainRooms(rooms),
        onError: (error, from) => reported.push([from, (error as Error).message]),
      })
      await client.join('general')
      const heard: unknown[] = []
      client.on('message', (data) => heard.push(data))
      io.emit('message', { room: 'general' })
      await eventually(() => expect(heard).toEqual([{ room: 'general' }]))
      expect(reported).toEqual([[source, `plainRooms ${source}: ${sentence}`]])
    },
  )
  test('RM12 dataOf that throws is reported, and the event goes to the client', async () => {
    const { url, io } = await startWith((socket) => socket.on('join', (_data: object, ack: Ack) => ack()))
    const oops = new TypeError('oops')
    const reported: unknown[] = []
    const dataOf = (): never => {
      throw oops
    }
    const client = startClient(url, {
      rooms: plainRooms({ dataOf }),
      onError: (error, from) => reported.push([from, error]),
    })
    await client.join('general')
    const heard: unknown[] = []
    client.on('message', (data) => heard.push(data))
    io.emit('message', { room: 'general' })
    await eventually(() => expect(heard).toHaveLength(1))
    expect(reported).toEqual([['dataOf', oops]])
  })
})

test('RM12 an unknown option is refused by its name', () => {
  const rooms = { toRoom: () => ({}) }
  expect(() => createClient({ url: 'http://localhost', rooms: plainRooms(rooms as object) })).toThrow(
    'plainRooms has no option toRoom',
  )
})
