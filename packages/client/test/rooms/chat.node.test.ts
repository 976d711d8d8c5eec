import type { Gap, MessageMeta, Room } from '@roomful/client'
import { createProxy } from '@roomful/testing/proxy'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { rejection, until } from '../support/test-client.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'
import { startChat } from './support/chat-server.ts'
import { recordRoom } from './support/record-room.ts'

describe('two people in a room of our server', () => {
  test('hear each other and themselves, once, in one order, with who said it', async () => {
    const { connect } = await startChat()
    const [ann, bob] = [connect('Ann'), connect('Bob')]
    const rooms = await Promise.all([ann.join('general'), bob.join('general')])
    const heard = rooms.map((room) => {
      const list: [string, MessageMeta['from'], number | undefined][] = []
      room.on('message', ({ text }, { from, seq }) => list.push([text, from, seq]))
      return list
    })
    const sent = await Promise.all([
      rooms[0].emit('message', { text: 'hi ' }),
      rooms[1].emit('message', { text: ' hello' }),
      rooms[0].send({ text: 'how are you?' }),
    ])
    await eventually(() => expect(heard.map((list) => list.length)).toEqual([3, 3]))
    expect(heard[0]).toEqual(heard[1])
    const seqs = sent.map((receipt) => receipt.confirmed && receipt.seq)
    expect(new Set(seqs)).toEqual(new Set([1, 2, 3]))
    const name = { Ann: { id: 'ann', name: 'Ann' }, Bob: { id: 'bob', name: 'Bob' } }
    expect(heard[0]).toContainEqual(['hi', name.Ann, seqs[0]])
    expect(heard[0]).toContainEqual(['hello', name.Bob, seqs[1]])
    expect(heard[0]).toContainEqual(['how are you?', name.Ann, seqs[2]])
  })
  test('a receipt and what is heard bear the same id and place', async () => {
    const { connect } = await startChat()
    const room = await connect('Ann').join('general')
    const metas: MessageMeta[] = []
    room.on('message', (_data, meta) => metas.push(meta))
    const receipt = await room.emit('message', { text: 'hi' })
    await eventually(() => expect(metas).toHaveLength(1))
    expect(receipt).toEqual({ confirmed: true, id: metas[0]?.id, seq: metas[0]?.seq, at: metas[0]?.at })
  })
  test('rooms are separate, and the client itself hears none of it', async () => {
    const { connect, rooms, server } = await startChat()
    const ann = connect('Ann')
    const [one, two] = await Promise.all([ann.join('one'), ann.join('two')])
    const heard: string[] = []
    one.on('message', ({ text }) => heard.push(`one ${text}`))
    two.on('message', ({ text }) => heard.push(`two ${text}`))
    ann.on('news', (text) => heard.push(`news ${text}`))
    await one.emit('message', { text: 'a' })
    await rooms().to('two').emit('message', { text: 'b' })
    server.io.emit('news', 'c')
    await eventually(() => expect(heard).toEqual(['one a', 'two b', 'news c']))
  })
  test('RM9 see who is here, who comes and who goes', async () => {
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
  test('an event without data, and a volatile one', async () => {
    const { connect } = await startChat()
    const [ours, theirs] = await Promise.all([connect('Ann').join('general'), connect('Bob').join('general')])
    const heard: unknown[] = []
    theirs.on('bell', (data, { seq }) => heard.push(['bell', data, seq]))
    theirs.on('cursor', ({ x }, { seq, id, from }) => heard.push(['cursor', x, seq, id, from?.name]))
    ours.volatile.emit('cursor', { x: 7 })
    await ours.emit('bell')
    await eventually(() => expect(heard).toHaveLength(2))
    expect(heard).toEqual([
      ['cursor', 7, undefined, undefined, 'Ann'],
      ['bell', undefined, 1],
    ])
  })
})

describe('what is refused', () => {
  test('a room: with the server’s code, and again when it is tried again', async () => {
    const { connect } = await startChat()
    const bob = connect('Bob')
    const error = await rejection(bob.join('staff'))
    expect(error).toMatchObject({ code: 'FORBIDDEN', message: 'you are not allowed to join this room' })
    expect(bob.room('staff').state.getState()).toEqual({ status: 'failed', error })
    await expect(bob.join('staff')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(bob.join('general')).resolves.toMatchObject({ status: 'joined' })
  })
  test('C6 a message: in the words of its handler; those around it are stored', async () => {
    const { connect } = await startChat()
    const room = await connect('Ann').join('general')
    const sent = ['a', 'b', 'spam', 'c'].map((text) => room.emit('message', { text }))
    const results = await Promise.allSettled(sent)
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    await expect(sent[2]).rejects.toMatchObject({ code: 'SPAM', message: 'no spam here' })
  })
  test('EM7 data that the contract does not accept, here and now; nothing is sent', async () => {
    const { connect } = await startChat()
    const room = (await connect('Ann').join('general')) as unknown as Room // what the compiler would not let through
    await expect(room.emit('message', { text: '' })).rejects.toMatchObject({ code: 'INVALID', event: 'message' })
    await expect(room.emit('message', { text: 7 })).rejects.toThrow('text')
    await expect(room.emit('mesage', { text: 'x' })).rejects.toThrow('unknown event "mesage"')
    expect(() => room.volatile.emit('cursor', { x: 'left' })).toThrow('x')
    await expect(room.emit('cursor', { x: 1 })).rejects.toThrow('use room.volatile.emit')
    expect(() => room.volatile.emit('message', { text: 'x' })).toThrow('use room.emit')
    await expect(room.history()).resolves.toEqual({ messages: [], more: false })
  })
  test('one room too many: LIMIT, and the others go on', async () => {
    const { connect } = await startChat({ limits: { rooms: 3 } })
    const ann = connect('Ann')
    await Promise.all(['a', 'b', 'c'].map((name) => ann.join(name)))
    await expect(ann.join('d')).rejects.toMatchObject({ code: 'LIMIT' })
    await ann.leave('a')
    await expect(ann.join('d')).resolves.toMatchObject({ status: 'joined' })
    await expect(ann.room('b').emit('bell')).resolves.toMatchObject({ confirmed: true })
  })
})

describe('RM3 an outage', () => {
  test('P4 the room is joined again by itself; what was said meanwhile is heard, in order and before what came later', async () => {
    expectNothingUncaught()
    const { connect, server, rooms } = await startChat()
    const proxy = await createProxy({ target: { port: server.port } })
    onTestFinished(() => proxy.close())
    const ann = connect('Ann', { url: proxy.url })
    const room = await ann.join('general')
    const heard: unknown[] = []
    room.on('gap', (gap) => heard.push(gap))
    room.on('message', ({ text }, { replayed, seq }) => heard.push([seq, text, replayed]))
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
    await eventually(() => expect(heard).toHaveLength(4))
    expect(heard).toEqual([
      [1, 'before', false],
      [2, 'missed 1', true],
      [3, 'missed 2', true],
      [4, 'after', false],
    ])
  })
  test('C12 a server that lost its log has a new one: the gap says so', async () => {
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
