import { wire } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { memoryLog } from '../src/index.ts'
import { logs } from './support/logs.ts'
import { believe, chat } from './support/chat.ts'
import { type Client, connectRaw, gate, startRooms, texts, words } from './support/start-rooms.ts'

const options = { contract: chat, authenticate: believe }
const reasonOf = ({ socket }: Client): Promise<string> => new Promise((resolve) => socket.once('disconnect', resolve))

describe('SEC15 rooms.disconnect ends the connections of a user', () => {
  test('tells each of them why, and the user is out of all rooms at once', async () => {
    const { rooms, io, connect } = await startRooms(options)
    const tabs = [await connect({ id: 'ann' }), await connect({ id: 'ann' })] as const
    const bob = await connect({ id: 'bob' })
    for (const client of [...tabs, bob]) await client.join('general')
    const reasons = Promise.all(tabs.map(reasonOf))
    await rooms.disconnect('ann', { code: 'BLOCKED', message: 'your account is blocked' })
    expect(await reasons).toEqual(['io server disconnect', 'io server disconnect'])
    for (const { of } of tabs) expect(of(wire.bye)).toEqual([[{ code: 'BLOCKED', message: 'your account is blocked' }]])
    expect(await rooms.members('general')).toMatchObject([{ user: { id: 'bob' } }])
    expect(io.sockets.sockets.size).toBe(1)
  })

  test('a message whose handler runs is stored all the same', async () => {
    const [handling, slow] = [gate(), gate()]
    const log = memoryLog()
    const { rooms, connect } = await startRooms({ ...options, log })
    rooms.handle('message', async () => {
      handling.open()
      await slow.opened
    })
    const ann = await connect({ id: 'ann' })
    await ann.join('general')
    const answer = ann.publish('general', texts(['a'])).catch((error: Error) => error.message)
    await handling.opened
    const reason = reasonOf(ann)
    await rooms.disconnect('ann', { code: 'RATE' })
    await reason
    expect(await answer).toBe('socket has been disconnected')
    slow.open()
    await expect.poll(async () => (await rooms.history('general')).head).toBe(1)
  })

  test('with a passing code clients return, after the time that is given', async () => {
    const { rooms, connect } = await startRooms(options)
    const ann = await connect({ id: 'ann' })
    const reason = reasonOf(ann)
    await rooms.disconnect('ann', { code: 'RATE', after: 5_000 })
    expect(await reason).toBe('transport close')
    expect(ann.of(wire.bye)).toEqual([[{ code: 'RATE', after: 5_000 }]])
  })

  test('a connection whose authenticate is running is refused with the same code', async () => {
    const [asked, answer] = [gate(), gate()]
    const { rooms, url } = await startRooms({
      ...options,
      authenticate: async (handshake) => {
        asked.open()
        await answer.opened
        return believe(handshake)
      },
    })
    const socket = connectRaw(url, { id: 'ann' })
    const refused = new Promise((resolve) => socket.once('connect_error', resolve))
    await asked.opened
    await rooms.disconnect('ann', { code: 'BLOCKED', message: 'your account is blocked' })
    const later = connectRaw(url, { id: 'ann' })
    answer.open()
    expect(await refused).toMatchObject({ data: { code: 'BLOCKED', message: 'your account is blocked' } })
    await new Promise((resolve) => later.once('connect', () => resolve(undefined)))
  })

  test('without options the code is KICKED; bad arguments say what was expected', async () => {
    const { rooms, connect } = await startRooms(options)
    const ann = await connect({ id: 'ann' })
    const reason = reasonOf(ann)
    await rooms.disconnect('ann')
    await reason
    expect(ann.of(wire.bye)).toEqual([[{ code: 'KICKED' }]])
    await rooms.disconnect('unknown')
    await expect(rooms.disconnect('ann', { after: 5 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'rooms.disconnect: after needs a code after which clients return, got KICKED',
    })
    await expect(rooms.disconnect('ann', { code: 'RATE', after: 300_001 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'rooms.disconnect: after must be at most 300000 ms, got 300001',
    })
    await expect(rooms.disconnect('ann', { code: '' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})

describe('what an operator can see', () => {
  test('members are users as the contract gives them out, with their presence', async () => {
    const { rooms, connect } = await startRooms(options)
    const [ann, bob] = [await connect({ id: 'ann', name: 'Ann' }), await connect({ id: 'bob' })]
    await ann.join('general')
    await bob.ask(wire.join, { room: 'general', presence: { status: 'away' } })
    await (await connect({ id: 'ann', name: 'Ann' })).join('general')
    expect(await rooms.members('general')).toEqual([
      { user: { id: 'ann', name: 'Ann' } },
      { user: { id: 'bob', name: 'bob' }, presence: { status: 'away' } },
    ])
    expect(await rooms.members('empty')).toEqual([])
  })

  test('the list has the rooms with members, and how many users are in each', async () => {
    const { rooms, connect } = await startRooms(options)
    const [ann, bob] = [await connect({ id: 'ann' }), await connect({ id: 'bob' })]
    await ann.join('general')
    await bob.join('general')
    await bob.join('other')
    await rooms.to('empty').emit('message', { text: 'nobody hears it' })
    const listed = async () => {
      const found = []
      for await (const room of rooms.list()) found.push(room)
      return found
    }
    expect(await listed()).toEqual([
      { name: 'general', members: 2 },
      { name: 'other', members: 1 },
    ])
    await bob.ask(wire.leave, { room: 'other' })
    expect(await listed()).toEqual([{ name: 'general', members: 2 }])
  })

  test.each(logs)('history gives pages of the %s log, also of a room without members', async (_name, createLog) => {
    const { rooms } = await startRooms({ ...options, log: createLog(), limits: { page: 3 } })
    for (const text of ['a', 'b', 'c', 'd', 'e']) await rooms.to('general').emit('message', { text })
    const pageOf = async (range?: Parameters<typeof rooms.history>[1]) => {
      const { head, first, entries } = await rooms.history('general', range)
      return [head, first, entries.map(({ data }) => (data as { text: string }).text).join('')]
    }
    expect(await pageOf()).toEqual([5, 1, 'cde'])
    expect(await pageOf({ before: 3 })).toEqual([5, 1, 'ab'])
    expect(await pageOf({ before: 5, limit: 2 })).toEqual([5, 1, 'cd'])
    expect(await pageOf({ after: 0, limit: 99 })).toEqual([5, 1, 'abc'])
  })
})

describe('onJoin and onLeave', () => {
  const start = async (presenceGraceMs = 0) => {
    const seen: string[] = []
    const note =
      (what: string) =>
      ({ room, user }: { room: string; user: { name: string } }): void =>
        void seen.push(`${user.name} ${what} ${room}`)
    const running = await startRooms({ ...options, presenceGraceMs, onJoin: note('joined'), onLeave: note('left') })
    return { ...running, seen }
  }

  test('are called once for a user, whatever the number of its connections', async () => {
    const { connect, seen } = await start()
    const [first, second] = [await connect({ id: 'ann' }), await connect({ id: 'ann' })]
    await first.join('general')
    await first.join('general')
    await second.join('general')
    expect(seen).toEqual(['ann joined general'])
    await first.ask(wire.leave, { room: 'general' })
    expect(seen).toHaveLength(1)
    second.socket.disconnect()
    await expect.poll(() => seen).toEqual(['ann joined general', 'ann left general'])
  })

  test('a short outage calls neither; a user who is removed has left', async () => {
    const { io, rooms, connect, seen } = await start(60_000)
    const ann = await connect({ id: 'ann' })
    await ann.join('general')
    ann.socket.io.engine.close()
    await expect.poll(() => io.sockets.sockets.size).toBe(0)
    const back = await connect({ id: 'ann' })
    await back.join('general')
    expect(seen).toEqual(['ann joined general'])
    await rooms.remove('general', 'ann')
    expect(seen).toEqual(['ann joined general', 'ann left general'])
    await back.join('general')
    expect(seen).toHaveLength(3)
  })

  test('their failures are reported, and break no join', async () => {
    const fails = () => Promise.reject(new Error('the database is away'))
    const { connect, errors } = await startRooms({
      ...options,
      presenceGraceMs: 0,
      onJoin: () => {
        throw new Error('a mistake')
      },
      onLeave: fails,
    })
    const ann = await connect({ id: 'ann' })
    expect(await ann.join('general')).toMatchObject({ ok: true })
    await ann.publish('general', texts(['hi']))
    await expect.poll(() => words(ann)).toEqual(['hi'])
    await ann.ask(wire.leave, { room: 'general' })
    await expect
      .poll(() => errors)
      .toMatchObject([
        { error: { message: 'a mistake' }, context: { during: 'join', room: 'general' } },
        { error: { message: 'the database is away' }, context: { during: 'leave', room: 'general' } },
      ])
  })

  test('anything but a function is refused at the start', async () => {
    const wrong = { ...options, onJoin: 'joined' as never }
    await expect(startRooms(wrong)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'createRooms: onJoin must be a function, got "joined"',
    })
  })
})

test('after close() the calls of an operator are refused', async () => {
  const { rooms } = await startRooms(options)
  await rooms.close()
  for (const call of [
    rooms.remove('general', 'ann'),
    rooms.unban('general', 'ann'),
    rooms.disconnect('ann'),
    rooms.reauthorize(),
    rooms.history('general'),
  ])
    await expect(call).rejects.toMatchObject({ code: 'CLOSING' })
})
