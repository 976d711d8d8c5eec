import { type Client, createTimeline, type Timeline } from '@roomful/client'
import type { Server, Socket } from 'socket.io'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startServer } from '../../../packages/client/test/support/test-server.ts'
import * as channel from './plain-servers/channel.ts'
import * as echo from './plain-servers/echo.ts'
import * as eventName from './plain-servers/event-name.ts'
import * as moved from './plain-servers/moved.ts'
import * as nameless from './plain-servers/nameless.ts'
import * as positionalServer from './plain-servers/positional-server.ts'
import * as positional from './plain-servers/positional.ts'
import * as refusals from './plain-servers/refusals.ts'
import * as renderEchoes from './plain-servers/render-echoes.ts'
import * as roomId from './plain-servers/room-id.ts'
import * as severalArguments from './plain-servers/several-arguments.ts'
import * as topics from './plain-servers/topics.ts'

type Ack = (answer?: unknown) => void

async function serve(configure: (io: Server) => void) {
  const { url, io } = await startServer({ configure })
  return { url, io, sizeOf: (room: string) => io.sockets.adapter.rooms.get(room)?.size ?? 0 }
}
const onSocket = (handlers: (socket: Socket, io: Server) => void) => (io: Server) =>
  void io.on('connection', (socket) => handlers(socket, io))
function closed<C extends Client>(client: C): C {
  onTestFinished(client.close)
  return client
}

describe('docs/plain-servers.md', () => {
  test('positional.ts and positional-server.ts: both sides of a chat', async () => {
    const { url, sizeOf } = await serve(positionalServer.serve)
    const heard: string[] = []
    const room = await closed(positional.connect(url)).join('general')
    room.on('chat message', (text) => heard.push(text))
    await positional.chat(url, (text) => heard.push(`chat ${text}`))
    await expect.poll(() => heard).toEqual(['hello'])
    await room.emit('chat message', 'hi')
    await expect.poll(() => heard).toEqual(['hello', 'chat hi'])
    expect(sizeOf('general')).toBe(2)
  })

  test('positional-server.ts: a join with params is joined, without an acknowledgement', async () => {
    const { url, sizeOf } = await serve(positionalServer.serve)
    const room = await closed(positional.connect(url)).join('general', { params: { name: 'Ada' } })
    expect(sizeOf('general')).toBe(1)
    expect(room.state.getState()).toMatchObject({ status: 'joined', acknowledged: false })
  })

  test('several-arguments.ts: a list is sent as several arguments, and arrives as a list', async () => {
    const received: unknown[] = []
    const { url } = await serve(
      onSocket((socket, io) => {
        socket.on('join', (name: string) => void socket.join(name))
        socket.on('move', (name: string, ...rest: unknown[]) => {
          received.push(rest)
          io.to(name).emit('move', name, ...rest)
        })
      }),
    )
    const room = await closed(severalArguments.connect(url)).join('board')
    const heard: unknown[] = []
    room.on('move', (position) => heard.push(position))
    await room.emit('move', [3, 4])
    await expect.poll(() => heard).toEqual([[3, 4]])
    expect(received).toEqual([[3, 4]])
  })

  test('room-id.ts: joins with { roomId }, and leaves without an event', async () => {
    const received: unknown[] = []
    const { url, io, sizeOf } = await serve(
      onSocket((socket) => {
        socket.onAny((event: string) => received.push(event))
        socket.on('join_room', ({ roomId: id }: { roomId: string }, ack: Ack) => {
          void socket.join(id)
          ack()
        })
      }),
    )
    const room = await closed(roomId.connect(url)).join('general')
    expect(sizeOf('general')).toBe(1)
    const heard: unknown[] = []
    room.on('message', ({ text }) => heard.push(text))
    io.to('general').emit('message', { roomId: 'general', text: 'hi' })
    await expect.poll(() => heard).toEqual(['hi'])
    await room.leave()
    expect(received).toEqual(['join_room'])
  })

  test('event-name.ts: the event "chat:42" is a message of the room chat:42', async () => {
    const { url } = await serve(
      onSocket((socket, io) => socket.onAny((event: string, ...args: unknown[]) => io.emit(event, ...args))),
    )
    const heard: string[] = []
    await eventName.follow(url, (text) => heard.push(text))
    await expect.poll(() => heard).toEqual(['hello'])
  })

  test('channel.ts: joins, sends and hears with { channel }', async () => {
    const { url, sizeOf } = await serve(
      onSocket((socket, io) => {
        socket.on('subscribe', ({ channel: name }: { channel: string }, ack: Ack) => {
          void socket.join(name)
          ack()
        })
        socket.on('unsubscribe', ({ channel: name }: { channel: string }) => void socket.leave(name))
        socket.on('said', (packet: { channel: string }) => io.to(packet.channel).emit('said', packet))
      }),
    )
    const room = await closed(channel.connect(url)).join('general')
    const heard: unknown[] = []
    room.on('said', (data) => heard.push(data))
    await room.emit('said', 'hi')
    await expect.poll(() => heard).toEqual(['hi'])
    await room.leave()
    await expect.poll(() => sizeOf('general')).toBe(0)
  })

  test('topics.ts: one event on the wire is each event of a room', async () => {
    const { url } = await serve(
      onSocket((socket, io) => {
        socket.on('subscribe', (topic: string, ack: Ack) => {
          void socket.join(topic)
          ack()
        })
        socket.on('publish', (topic: string, packet: unknown) => io.to(topic).emit('publish', topic, packet))
      }),
    )
    const client = closed(topics.connect(url))
    const [rain, sun] = await Promise.all([client.join('rain'), client.join('sun')])
    const heard: unknown[] = []
    rain.on('amount', (data) => heard.push(['rain', data]))
    sun.on('hours', (data) => heard.push(['sun', data]))
    await rain.emit('amount', 3)
    await sun.emit('amount', 4)
    await sun.emit('hours', 5)
    await expect
      .poll(() => heard)
      .toEqual([
        ['rain', 3],
        ['sun', 5],
      ])
  })

  test('nameless.ts: events that name no room are those of the room that was joined last', async () => {
    const { url } = await serve(
      onSocket((socket, io) =>
        socket.on('join', ({ room }: { room: string }, ack: Ack) => {
          void socket.join(room)
          ack()
          io.to(room).emit('room_message', `User joined ${room}`)
          io.to(room).emit('other', 'for the client')
        }),
      ),
    )
    const client = closed(nameless.connect(url))
    const heard: unknown[] = []
    const room = client.room('general')
    room.on('room_message', (text) => heard.push(text))
    room.on('other', (text) => heard.push(text))
    await room.join()
    await expect.poll(() => heard).toEqual(['User joined general'])
  })

  test('moved.ts: the server puts a client into a room, and out of one', async () => {
    const { url, io } = await serve(
      onSocket((socket) => {
        void socket.join('user:ada')
        socket.on('join', ({ room }: { room: string }, ack: Ack) => {
          void socket.join(room)
          ack()
        })
      }),
    )
    const client = closed(moved.connect(url))
    const own = await client.join('user:ada')
    const general = await client.join('general')
    const heard: unknown[] = []
    own.on('note', ({ n }) => heard.push(n))
    io.to('user:ada').emit('note', { room: 'user:ada', n: 1 })
    await expect.poll(() => heard).toEqual([1])
    io.to('general').emit('removed', 'general')
    io.in('general').socketsLeave('general')
    await expect.poll(() => general.status).toBe('left')
    await expect(general.send({ text: 'hi' })).rejects.toMatchObject({ code: 'NOT_MEMBER' })
  })

  test('refusals.ts: a refusal rejects, and a temporary one is retried', async () => {
    let connections = 0
    let joins = 0
    const { url } = await serve((io) => {
      io.use((_socket, next) => next(++connections === 1 ? new Error('too many connections') : undefined))
      io.on('connection', (socket) => {
        socket.on('join', ({ room }: { room: string }, ack: Ack) => {
          if (room === 'staff') ack({ error: 'forbidden' })
          else ack(++joins === 1 ? { error: 'busy' } : {})
        })
        socket.on('message', ({ text }: { text: string }, ack: Ack) => ack(text === 'spam' ? { error: 'muted' } : {}))
      })
    })
    const client = closed(refusals.connect(url))
    await client.connect()
    await expect(client.join('staff')).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: 'the server said: forbidden',
    })
    const room = client.room('general')
    await expect(room.join()).rejects.toMatchObject({ code: 'BUSY' })
    await expect.poll(() => room.state.getState()).toEqual({ status: 'joined', acknowledged: true })
    await expect(room.send({ text: 'spam' })).rejects.toMatchObject({ code: 'MUTED' })
    await expect(room.send({ text: 'hi' })).resolves.toMatchObject({ confirmed: false })
  })

  const echoes = onSocket((socket, io) => {
    socket.on('join', ({ room }: { room: string }, ack: Ack) => {
      void socket.join(room)
      ack()
    })
    socket.on('message', (message: { room: string }) => io.to(message.room).emit('message', message))
  })
  const textsIn = ({ state }: Pick<Timeline<never, never>, 'state'>) =>
    state
      .getState()
      .entries.map((entry) =>
        entry.kind === 'message' ? [(entry.data as unknown as { text: string }).text, entry.state] : [],
      )

  test('echo.ts: an own message is shown once, and is confirmed by its echo', async () => {
    const { url } = await serve(echoes)
    const timeline = await echo.chat(url)
    onTestFinished(timeline.close)
    void timeline.send({ text: 'hi' })
    expect(textsIn(timeline as never)).toEqual([['hi', 'queued']])
    await expect.poll(() => textsIn(timeline as never)).toEqual([['hi', 'confirmed']])
    const other = await closed(echo.connect(url)).join('general')
    await other.send({ text: 'hello' })
    await expect
      .poll(() => textsIn(timeline as never))
      .toEqual([
        ['hi', 'confirmed'],
        ['hello', 'confirmed'],
      ])
    expect(textsIn(createTimeline(other, 'message') as never)).toEqual([])
  })

  test('render-echoes.ts: an own message is shown when it comes back', async () => {
    const { url } = await serve(echoes)
    const heard: string[] = []
    const send = await renderEchoes.chat(url, (text) => heard.push(text))
    await send('hi')
    await expect.poll(() => heard).toEqual(['hi'])
  })
})
