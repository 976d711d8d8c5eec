import { type Out, wire } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import type { Server, ServerOptions, Socket } from 'socket.io'
import { believe, chat } from './support/chat.ts'
import { type Client, connectRaw, clientOf, startRooms, texts, words } from './support/start-rooms.ts'

const CHANNEL = 'roomful:general'
const outs = (client: Client): Out[] => client.of(wire.out).map(([out]) => out as Out)
const socketOf = (io: Server, client: Client): Socket => {
  const socket = io.sockets.sockets.get(client.socket.id ?? '')
  if (socket === undefined) throw new Error('the client is not connected')
  return socket
}
const start = async () => {
  const running = await startRooms({ contract: chat, authenticate: believe })
  const [ann, bob] = [await running.connect({ id: 'ann' }), await running.connect({ id: 'bob' })]
  for (const client of [ann, bob]) await client.join('general')
  return { ...running, ann, bob }
}

describe('SEC15 an app that moves sockets by itself', () => {
  test.each<[call: string, move: (io: Server, socket: Socket) => unknown]>([
    ['socket.leave', (_io, socket) => socket.leave(CHANNEL)],
    ['io.in(id).socketsLeave', (io, { id }) => io.in(id).socketsLeave(CHANNEL)],
    ['io.in(id).socketsLeave of all its rooms', (io, { id, rooms }) => io.in(id).socketsLeave([...rooms])],
  ])('%s counts as removed: the client is told, the members hear it, and another join works', async (_call, move) => {
    const { io, ann, bob } = await start()
    await move(io, socketOf(io, ann))
    await expect.poll(() => outs(ann)).toMatchObject([{ room: 'general', code: 'REMOVED' }])
    await expect.poll(() => bob.of(wire.members).at(-1)?.[0]).toMatchObject({ gone: ['ann'] })
    expect(await ann.publish('general', texts(['mine']))).toMatchObject({ code: 'NOT_MEMBER' })
    expect(await ann.join('general')).toMatchObject({ ok: true })
    await bob.publish('general', texts(['welcome back']))
    await expect.poll(() => words(ann)).toEqual(['welcome back'])
  })

  test('io.socketsLeave puts every member out', async () => {
    const { io, rooms, ann, bob } = await start()
    io.socketsLeave(CHANNEL)
    for (const client of [ann, bob]) await expect.poll(() => outs(client)).toMatchObject([{ code: 'REMOVED' }])
    expect(await rooms.members('general')).toEqual([])
  })

  test('io.disconnectSockets ends the memberships at once', async () => {
    const { io, rooms, ann, bob } = await start()
    io.in(ann.socket.id ?? '').disconnectSockets()
    await expect.poll(() => bob.of(wire.members).at(-1)?.[0]).toMatchObject({ gone: ['ann'] })
    expect(await rooms.members('general')).toMatchObject([{ user: { id: 'bob' } }])
  })

  test('a client that leaves, joins again and disconnects is not told that it was removed', async () => {
    const { io, ann, bob } = await start()
    await ann.ask(wire.leave, { room: 'general' })
    await ann.join('general')
    await ann.join('general')
    expect(outs(ann)).toEqual([])
    ann.socket.disconnect()
    await expect.poll(() => io.sockets.sockets.size).toBe(1)
    expect(outs(bob)).toEqual([])
  })

  test.each<[call: string, move: (io: Server, socket: Socket) => unknown]>([
    ['socket.join', (_io, socket) => socket.join('roomful:secret')],
    ['io.socketsJoin', (io, { id }) => io.in(id).socketsJoin('roomful:secret')],
  ])('%s of a room’s channel makes no member: the socket is taken out, and onError says so', async (_call, move) => {
    const { io, rooms, errors, ann, bob } = await start()
    await bob.join('secret')
    await move(io, socketOf(io, ann))
    expect(errors).toMatchObject([
      {
        error: { code: 'INVALID_ARGUMENT', message: expect.stringContaining('"roomful:secret"') },
        context: { during: 'join', room: 'secret' },
      },
    ])
    await bob.publish('secret', texts(['not for ann']))
    await ann.ask(wire.leave, { room: 'none' })
    expect([words(ann), outs(ann), (await rooms.members('secret')).length]).toEqual([[], [], 1])
  })

  test('a socket that the app has put into a channel before its session begins is taken out', async () => {
    const { io, url, errors, bob } = await start()
    io.use((socket, next) => {
      void socket.join(CHANNEL)
      next()
    })
    const cem = clientOf(connectRaw(url, { id: 'cem' }))
    await cem.hello()
    expect(errors).toHaveLength(1)
    await bob.publish('general', texts(['not for cem']))
    await cem.ask(wire.leave, { room: 'none' })
    expect(words(cem)).toEqual([])
  })

  test('with an adapter that the app sets afterwards, moves are noticed too', async () => {
    const { io, connect } = await startRooms({ contract: chat, authenticate: believe })
    io.adapter(io.sockets.adapter.constructor as NonNullable<ServerOptions['adapter']>)
    const ann = await connect({ id: 'ann' })
    await ann.join('general')
    io.socketsLeave(CHANNEL)
    await expect.poll(() => outs(ann)).toMatchObject([{ code: 'REMOVED' }])
  })

  test('after rooms.close() moves are not watched any more', async () => {
    const { io, rooms } = await start()
    const watchers = () =>
      ['join-room', 'leave-room'].map((event) => io.sockets.adapter.listenerCount(event as 'join-room'))
    expect(watchers()).toEqual([1, 1])
    await rooms.close()
    expect(watchers()).toEqual([0, 0])
  })
})
