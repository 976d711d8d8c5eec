import { createTimeline, type Room, type RoomState } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { until } from '../support/test-client.ts'
import { startChat } from './support/chat-server.ts'

/** A promise that the test settles. */
function gate<T = void>() {
  let open: (value: T) => void = () => {}
  const opened = new Promise<T>((resolve) => (open = resolve))
  return { opened, open: (value: T) => open(value) }
}
function recordStates({ state }: Pick<Room, 'state'>): RoomState['status'][] {
  const seen = [state.getState().status]
  state.subscribe(({ status }) => seen.push(status))
  return seen
}
const statusOf = (room: Pick<Room, 'status'>) => expect.poll(() => room.status)

/** Ann and Bob in one room; `heard` is what Ann receives. */
async function startPair() {
  const chat = await startChat()
  const [ann, bob] = [chat.connect('Ann'), chat.connect('Bob')]
  const room = await ann.join('general')
  const other = await bob.join('general')
  const heard: string[] = []
  room.on('message', ({ text }) => heard.push(text))
  return { chat, ann, room, other, heard }
}

describe('RM15 SEC15 a server puts a client out of a room', () => {
  test('rooms.remove: the room failed with the code and the sentence, hears nothing, and takes no message', async () => {
    const { chat, ann, room, other, heard } = await startPair()
    await chat.rooms().remove('general', 'ann', { code: 'SPAM', message: 'no advertising' })
    await statusOf(room).toBe('failed')
    expect(room.state.getState()).toMatchObject({ error: { code: 'SPAM', message: 'no advertising' } })
    expect(room.members.getState().size).toBe(0)
    await expect.poll(() => [...other.members.getState().keys()]).toEqual(['bob'])
    await other.send({ text: 'after' })
    await expect(room.send({ text: 'mine' })).rejects.toMatchObject({ code: 'NOT_MEMBER', cause: { code: 'SPAM' } })
    expect(ann.status).toBe('connected')
    expect(heard).toEqual([])
  })

  test('without a ban the app’s join() comes back, and gets what it has missed', async () => {
    const { chat, room, other, heard } = await startPair()
    await chat.rooms().remove('general', 'ann')
    await statusOf(room).toBe('failed')
    await other.send({ text: 'meanwhile' })
    await room.join()
    await other.send({ text: 'after' })
    await expect.poll(() => heard).toEqual(['meanwhile', 'after'])
  })

  test('it is not asked for again by itself on this connection, and once on the next one', async () => {
    const joins: string[] = []
    const chat = await startChat({ authorize: { join: ({ user }) => (joins.push(user.id), joins.length < 2) } })
    const ann = chat.connect('Ann')
    const room = await ann.join('general')
    const states = recordStates(room)
    await chat.rooms().remove('general', 'ann')
    await statusOf(room).toBe('failed')
    expect(ann.status).toBe('connected')
    expect(joins).toEqual(['ann'])
    for (const socket of chat.server.io.sockets.sockets.values()) socket.conn.close()
    await until(ann, 'reconnecting')
    await until(ann, 'connected')
    await statusOf(room).toBe('failed')
    await expect.poll(() => joins).toEqual(['ann', 'ann'])
    expect(room.state.getState()).toMatchObject({ error: { code: 'FORBIDDEN' } })
    expect(states).toEqual(['joined', 'failed', 'joining', 'failed'])
  })

  test('a ban refuses join() with its code and sentence, also on another connection', async () => {
    const chat = await startChat()
    const ann = chat.connect('Ann')
    const room = await ann.join('general')
    await chat.rooms().remove('general', 'ann', { banMs: 60_000, message: 'come back tomorrow' })
    await statusOf(room).toBe('failed')
    const banned = { code: 'BANNED', message: 'come back tomorrow' }
    expect(room.state.getState()).toMatchObject({ error: banned })
    await expect(room.join()).rejects.toMatchObject(banned)
    await expect(chat.connect('Ann').join('general')).rejects.toMatchObject(banned)
    await chat.rooms().unban('general', 'ann')
    await room.join()
  })

  test('rooms.reauthorize: who is refused now is put out with the refusal', async () => {
    let isOpen = true
    const chat = await startChat({ authorize: { join: () => isOpen } })
    const room = await chat.connect('Ann').join('general')
    await chat.rooms().reauthorize()
    expect(room.status).toBe('joined')
    isOpen = false
    await chat.rooms().reauthorize('ann')
    await statusOf(room).toBe('failed')
    expect(room.state.getState()).toMatchObject({ error: { code: 'FORBIDDEN' } })
  })

  test('rooms.disconnect: the client is disconnected for good with the code and the sentence', async () => {
    const chat = await startChat()
    const ann = chat.connect('Ann')
    await ann.join('general')
    await chat.rooms().disconnect('ann', { code: 'BLOCKED', message: 'your account is blocked' })
    expect(await until(ann, 'disconnected')).toMatchObject({
      reason: 'kicked',
      error: { code: 'BLOCKED', message: 'your account is blocked' },
    })
  })

  test('SEC15 io.socketsLeave and io.disconnectSockets of the app are told too', async () => {
    const chat = await startChat()
    const [ann, bob] = [chat.connect('Ann'), chat.connect('Bob')]
    const room = await ann.join('general')
    await bob.join('general')
    chat.server.io.socketsLeave('roomful:general')
    await statusOf(room).toBe('failed')
    expect(room.state.getState()).toMatchObject({ error: { code: 'REMOVED' } })
    await room.join()
    chat.server.io.disconnectSockets()
    expect(await until(ann, 'disconnected')).toMatchObject({ reason: 'kicked' })
  })

  test('a timeline keeps its messages, and goes on with the next join', async () => {
    const chat = await startChat()
    const room = await chat.connect('Ann').join('general')
    const timeline = createTimeline(room, 'message')
    const texts = () =>
      [...timeline.state.getState().entries].flatMap((entry) =>
        entry.kind === 'message' ? (entry.data?.text ?? []) : [],
      )
    await room.send({ text: 'one' })
    await chat.rooms().remove('general', 'ann')
    await statusOf(room).toBe('failed')
    await room.join()
    await room.send({ text: 'two' })
    await expect.poll(texts).toEqual(['one', 'two'])
  })
})

describe('OB23 SEC16 messages that are under way when the client is put out', () => {
  test('are rejected with the reason, are not in the log, and do not bring the client back', async () => {
    const [handling, handled] = [gate(), gate()]
    let joins = 0
    const chat = await startChat({ authorize: { join: () => (joins += 1) > 0 } })
    const room = await chat.connect('Ann').join('general')
    chat.rooms().handle('bell', async () => {
      handling.open()
      await handled.opened
    })
    const sent = [room.emit('bell'), room.send({ text: 'behind it' })]
    const outcomes = Promise.all(sent.map((receipt) => receipt.catch(({ code }: { code: string }) => code)))
    await handling.opened
    await chat.rooms().remove('general', 'ann', { code: 'SPAM' })
    await statusOf(room).toBe('failed')
    handled.open()
    expect(await outcomes).toEqual(['SPAM', 'SPAM'])
    expect(await chat.rooms().history('general')).toMatchObject({ head: 0 })
    expect([joins, room.status]).toEqual([1, 'failed'])
  })

  test('a message that was stored before is confirmed', async () => {
    const chat = await startChat()
    const room = await chat.connect('Ann').join('general')
    room.on('message', () => {})
    const sent = room.send({ text: 'in time' })
    await expect.poll(async () => (await chat.rooms().history('general')).head).toBe(1)
    await chat.rooms().remove('general', 'ann')
    expect(await sent).toMatchObject({ confirmed: true, seq: 1 })
    await statusOf(room).toBe('failed')
  })
})
