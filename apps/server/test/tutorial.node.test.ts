import type { Socket } from 'socket.io-client'
import { describe, expect, it, vi } from 'vitest'
import { collect, connect, open, patiently, startTestServer } from './support.ts'

/** The tutorial's browser code, word for word; only what it finds in the page is handed to it. */
function tutorialPage(io: (url: string) => Socket, console: { log(...values: unknown[]): void }): void {
  const socket = io('http://localhost:5000')

  socket.on('connect', () => {
    console.log('Connected to WebSocket server')
    socket.send('Hello, Server!')
  })

  socket.on('message', (data) => {
    console.log('Server says:', data)
  })

  socket.emit('custom_event', { user: 'Alice', action: 'joined' })

  socket.on('response_event', (data) => {
    console.log('Custom event response:', data)
  })
}

const shape = (message: string | RegExp = /./) => ({
  $error: { code: 'SHAPE', message: expect.stringMatching(message) },
})

async function startWith(people: number): Promise<Socket[]> {
  const { url } = await startTestServer()
  return Promise.all(Array.from({ length: people }, () => connect(url)))
}

describe('the tutorial', () => {
  it('runs its browser code unchanged', async () => {
    const { url } = await startTestServer()
    const log = vi.fn<(...values: unknown[]) => void>()
    tutorialPage(() => open(url), { log })
    await expect.poll(() => log.mock.calls.length, patiently).toBe(3)
    expect(log.mock.calls).toEqual(
      expect.arrayContaining([
        ['Connected to WebSocket server'],
        ['Server says:', 'Server received: Hello, Server!'],
        ['Custom event response:', { message: 'Processed' }],
      ]),
    )
  })

  it('message, custom_event and broadcast are answered to everyone', async () => {
    const [ann, bob] = (await startWith(2)) as [Socket, Socket]
    const heard = [ann, bob].map((socket) => ({
      message: collect(socket, 'message'),
      response: collect(socket, 'response_event'),
      broadcast: collect(socket, 'broadcast_message'),
    }))
    const data = { list: [1, null, { deep: true }], text: 'é' }
    ann.send('hi')
    ann.emit('custom_event', { user: 'Alice', action: 'joined' })
    ann.emit('broadcast', data)
    ann.emit('broadcast', null)
    const everything = {
      message: [['Server received: hi']],
      response: [[{ message: 'Processed' }]],
      broadcast: [[data], [null]],
    }
    await expect.poll(() => heard, patiently).toEqual([everything, everything])
  })

  it('join and leave tell the room: those who are in it, and nobody else', async () => {
    const [ann, bob, eve] = (await startWith(3)) as [Socket, Socket, Socket]
    const [annHeard, bobHeard, eveHeard] = [ann, bob, eve].map((socket) => collect(socket, 'room_message'))
    await ann.emitWithAck('join', { room: 'tea' })
    await bob.emitWithAck('join', { room: 'tea' })
    await bob.emitWithAck('leave', { room: 'tea' })
    await eve.emitWithAck('join', { room: 'milk' })
    await ann.emitWithAck('leave', { room: 'tea' })
    await Promise.all([ann, bob, eve].map((socket) => socket.emitWithAck('custom_event', { user: 'x', action: 'y' })))
    expect(annHeard).toEqual([['User joined tea'], ['User joined tea'], ['User left tea']])
    expect(bobHeard).toEqual([['User joined tea']])
    expect(eveHeard).toEqual([['User joined milk']])
  })

  it('acknowledges with nothing, as Flask does', async () => {
    const [ann] = (await startWith(1)) as [Socket]
    const acknowledge = vi.fn<(...answer: unknown[]) => void>()
    ann.emit('message', 'hi', acknowledge)
    ann.emit('join', { room: 'tea', more: 1 }, acknowledge)
    await expect.poll(() => acknowledge.mock.calls, patiently).toEqual([[], []])
  })

  it('gives no way into the room that Socket.IO keeps for each connection', async () => {
    const [victim, eve] = (await startWith(2)) as [Socket, Socket]
    const heard = collect(victim, 'room_message')
    await eve.emitWithAck('join', { room: victim.id })
    await victim.emitWithAck('join', { room: 'tea' })
    await expect.poll(() => heard, patiently).toEqual([['User joined tea']])
  })
})

describe('bad input', () => {
  it.each([
    ['message', undefined],
    ['message', 5],
    ['message', { text: 'hi' }],
    ['custom_event', undefined],
    ['custom_event', { user: 'Alice' }],
    ['custom_event', 'joined'],
    ['broadcast', Buffer.from('binary')],
    ['join', undefined],
    ['join', null],
    ['join', 'tea'],
    ['join', {}],
    ['join', { room: '' }],
    ['join', { room: 5 }],
    ['join', { room: ['tea'] }],
    ['join', { room: 'x'.repeat(201) }],
    ['leave', {}],
    ['leave', { room: { toString: 1 } }],
  ])('%s %j is refused with what was expected, and all go on', async (event, data) => {
    const [eve, ann] = (await startWith(2)) as [Socket, Socket]
    eve.emit(event, data)
    expect(await eve.emitWithAck(event, data)).toEqual(shape(`^invalid data for "${event}": .*(expected|Invalid)`))
    const heard = collect(ann, 'message')
    eve.send('still here')
    await expect.poll(() => heard, patiently).toEqual([['Server received: still here']])
  })

  it('says that broadcast takes JSON', async () => {
    const [eve] = (await startWith(1)) as [Socket]
    for (const data of [[], [Buffer.from('binary')], [{ deep: [Buffer.from('binary')] }]])
      expect(await eve.emitWithAck('broadcast', ...data)).toEqual(
        shape('^invalid data for "broadcast": expected JSON data$'),
      )
  })

  it('refuses what is nested more than 32 deep, and lives', async () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    const [eve, ann] = (await startWith(2)) as [Socket, Socket]
    const heard = collect(ann, 'broadcast_message')
    // The client itself could not send these: it walks its data by recursion, too.
    for (const depth of [5000, 60_000]) eve.io.engine.send(`2["broadcast",${nested(depth)}]`)
    const refused = await eve.emitWithAck('broadcast', JSON.parse(nested(33)))
    expect(refused).toEqual(shape('^expected data nested at most 32 deep'))
    eve.emit('broadcast', JSON.parse(nested(32)))
    await expect.poll(() => heard, patiently).toEqual([[JSON.parse(nested(32))]])
  })

  it('stops at 64 rooms a connection, and lets go of those that were left', async () => {
    const [eve] = (await startWith(1)) as [Socket]
    const join = (n: number) => eve.emitWithAck('join', { room: `room ${n}` }) as Promise<unknown>
    await Promise.all(Array.from({ length: 64 }, (_, n) => join(n)))
    const full = { $error: { code: 'LIMIT', message: 'a connection may be in at most 64 rooms: leave one first' } }
    expect(await join(64)).toEqual(full)
    expect(await join(0)).toBeUndefined()
    await eve.emitWithAck('leave', { room: 'room 1' })
    expect(await join(64)).toBeUndefined()
  })

  it('ends the connection of who sends more than 128 KB, and nobody else’s', async () => {
    const { url } = await startTestServer()
    const [eve, ann] = await Promise.all([connect(url), connect(url)])
    const ended = new Promise((resolve) => eve.once('disconnect', resolve))
    eve.send('x'.repeat(128 * 1024))
    await ended
    expect(await ann.emitWithAck('join', { room: 'tea' })).toBeUndefined()
  })
})
