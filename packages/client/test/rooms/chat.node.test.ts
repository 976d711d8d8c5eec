import type { Gap, MessageMeta, Room } from '@roomful/client'
import { createProxy } from '@roomful/testing/proxy'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { rejection, until } from '../support/test-client.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'
import { startChat } from './support/chat-server.ts'
import { recordRoom } from './support/record-room.ts'

describe('two users in a room of roomful()', () => {
  test('get each message once, their own included, in one order and with its sender', async () => {
    const { connect } = await startChat()
    const [ann, bob] = [connect('Ann'), connect('Bob')]
    const rooms = await Promise.all([ann.join('general'), bob.join('general')])
    const received = rooms.map((room) => {
      const list: [string, MessageMeta['from'], number | undefined][] = []
      room.on('message', ({ text }, { from, seq }) => list.push([text, from, seq]))
      return list
    })
    const sent = await Promise.all([
      rooms[0].emit('message', { text: 'hi ' }),
      rooms[1].emit('message', { text: ' hello' }),
      rooms[0].send({ text: 'how are you?' }),
    ])
    await eventually(() => expect(received.map((list) => list.length)).toEqual([3, 3]))
    expect(received[0]).toEqual(received[1])
    const seqs = sent.map((receipt) => receipt.confirmed && receipt.seq)
    expect(new Set(seqs)).toEqual(new Set([1, 2, 3]))
    const name = { Ann: { id: 'ann', name: 'Ann' }, Bob: { id: 'bob', name: 'Bob' } }
    expect(received[0]).toContainEqual(['hi', name.Ann, seqs[0]])
    expect(received[0]).toContainEqual(['hello', name.Bob, seqs[1]])
    expect(received[0]).toContainEqual(['how are you?', name.Ann, seqs[2]])
  })
  test('the receipt and the message have the same id and seq', async () => {
    const { connect } = await startChat()
    const room = await connect('Ann').join('general')
    const metas: MessageMeta[] = []
    room.on('message', (_data, meta) => metas.push(meta))
    const receipt = await room.emit('message', { text: 'hi' })
    await eventually(() => expect(metas).toHaveLength(1))
    expect(receipt).toEqual({ confirmed: true, id: metas[0]?.id, seq: metas[0]?.seq, at: metas[0]?.at })
  })
  test("a message goes to the listeners of its room only, not to the client's", async () => {
    const { connect, rooms, server } = await startChat()
    const ann = connect('Ann')
    const [one, two] = await Promise.all([ann.join('one'), ann.join('two')])
    const received: string[] = []
    one.on('message', ({ text }) => received.push(`one ${text}`))
    two.on('message', ({ text }) => received.push(`two ${text}`))
    ann.on('news', (text) => received.push(`news ${text}`))
    await one.emit('message', { text: 'a' })
    await rooms().to('two').emit('message', { text: 'b' })
    server.io.emit('news', 'c')
    await eventually(() => expect(received).toEqual(['one a', 'two b', 'news c']))
  })
  test('RM9 see the members, and each that joins or leaves', async () => {
    const { connect } = await startChat()
    const [ann, bob] = [connect('Ann'), connect('Bob')]
    const room = await ann.join('general')
    const names = () => [...room.members.getState().values()].map(({ user }) => user.name)
    expect(names()).toEqual(['Ann'])
    const theirs = await bob.join('general')
    await eventually(() => expect(names()).toEqual(['Ann', 'Bob']))
    expect([...theirs.members.getState().keys()]).toEqual(['ann', 'bob'])
    await theirs.leave()
    await eventually(() => expect(names()).toEqual(['Ann']))
    await theirs.join()
    await eventually(() => expect(names()).toEqual(['Ann', 'Bob']))
    bob.disconnect()
    await eventually(() => expect(names()).toEqual(['Ann']))
  })
  test('send events without data and volatile events', async () => {
    const { connect } = await startChat()
    const [ours, theirs] = await Promise.all([connect('Ann').join('general'), connect('Bob').join('general')])
    const received: unknown[] = []
    theirs.on('bell', (data, { seq }) => received.push(['bell', data, seq]))
    theirs.on('cursor', ({ x }, { seq, id, from }) => received.push(['cursor', x, seq, id, from?.name]))
    ours.volatile.emit('cursor', { x: 7 })
    await ours.emit('bell')
    await eventually(() => expect(received).toHaveLength(2))
    expect(received).toEqual([
      ['cursor', 7, undefined, undefined, 'Ann'],
      ['bell', undefined, 1],
    ])
  })
})

describe('a refusal', () => {
  test("of a room has the server's code, each time that the app joins", async () => {
    const { connect } = await startChat()
    const bob = connect('Bob')
    const error = await rejection(bob.join('staff'))
    expect(error).toMatchObject({ code: 'FORBIDDEN', message: 'you are not allowed to join this room' })
    expect(bob.room('staff').state.getState()).toEqual({ status: 'failed', error })
    await expect(bob.join('staff')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(bob.join('general')).resolves.toMatchObject({ status: 'joined' })
  })
  test('C6 of a message has the code of its handler; the messages around it are stored', async () => {
    const { connect } = await startChat()
    const room = await connect('Ann').join('general')
    const sent = ['a', 'b', 'spam', 'c'].map((text) => room.emit('message', { text }))
    const results = await Promise.allSettled(sent)
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    await expect(sent[2]).rejects.toMatchObject({ code: 'SPAM', message: 'no spam here' })
  })
  test('EM7 of data by the contract comes at once, and nothing is sent', async () => {
    const { connect } = await startChat()
    const room = (await connect('Ann').join('general')) as unknown as Room // so that calls with wrong types compile
    await expect(room.emit('message', { text: '' })).rejects.toMatchObject({ code: 'INVALID', event: 'message' })
    await expect(room.emit('message', { text: 7 })).rejects.toThrow('text')
    await expect(room.emit('mesage', { text: 'x' })).rejects.toThrow('unknown event "mesage"')
    expect(() => room.volatile.emit('cursor', { x: 'left' })).toThrow('x')
    await expect(room.emit('cursor', { x: 1 })).rejects.toThrow('use room.volatile.emit')
    expect(() => room.volatile.emit('message', { text: 'x' })).toThrow('use room.emit')
    await expect(room.history()).resolves.toEqual({ messages: [], amendments: [], more: false })
  })
  test('of one room too many is LIMIT; the other rooms stay joined', async () => {
    const { connect } = await startChat({ limits: { rooms: 3 } })
    const ann = connect('Ann')
    await Promise.all(['a', 'b', 'c'].map((name) => ann.join(name)))
    await expect(ann.join('d')).rejects.toMatchObject({ code: 'LIMIT' })
    await ann.leave('a')
    await expect(ann.join('d')).resolves.toMatchObject({ status: 'joined' })
    await expect(ann.room('b').emit('bell')).resolves.toMatchObject({ confirmed: true })
  })
})

describe('RM3 after an outage', () => {
  test('P4 the room is joined again, and missed messages come in order before later ones', async () => {
    expectNothingUncaught()
    const { connect, server, rooms } = await startChat()
    const proxy = await createProxy({ target: { port: server.port } })
    onTestFinished(() => proxy.close())
    const ann = connect('Ann', { url: proxy.url })
    const room = await ann.join('general')
    const received: unknown[] = []
    room.on('gap', (gap) => received.push(gap))
    room.on('message', ({ text }, { replayed, seq }) => received.push([seq, text, replayed]))
    await room.emit('message', { text: 'before' })
    const statuses = recordRoom(room)
    proxy.refuse()
    proxy.cut()
    await until(ann, 'reconnecting')
    await rooms().to('general').emit('message', { text: 'missed 1' })
    await rooms().to('general').emit('message', { text: 'missed 2' })
    expect(statuses).toEqual(['joined', 'suspended'])
    proxy.pass()
    await eventually(() => expect(statuses).toEqual(['joined', 'suspended', 'joining', 'joined']))
    await rooms().to('general').emit('message', { text: 'after' })
    await eventually(() => expect(received).toHaveLength(4))
    expect(received).toEqual([
      [1, 'before', false],
      [2, 'missed 1', true],
      [3, 'missed 2', true],
      [4, 'after', false],
    ])
  })
  test('C12 a server that lost its log causes a gap', async () => {
    const { connect, server } = await startChat()
    const room = await connect('Ann').join('general')
    const gaps: Gap[] = []
    room.on('gap', (gap) => gaps.push(gap))
    await room.emit('message', { text: 'before' })
    const statuses = recordRoom(room)
    await server.restart()
    await eventually(() => expect(statuses).toContain('suspended'))
    await expect(room.emit('message', { text: 'after' })).resolves.toMatchObject({ confirmed: true, seq: 1 })
    expect(gaps).toEqual([{ from: undefined, to: 0, reason: 'epoch' }])
  })
})
