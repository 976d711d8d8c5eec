import type { Socket } from 'socket.io-client'
import { describe, expect, it, vi } from 'vitest'
import { collect, connect, open, longTimeout, startTestServer } from './support.ts'

/** The tutorial's browser code, unchanged; `io` and `console` are parameters instead of globals. */
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

async function startWithClients(count: number): Promise<Socket[]> {
  const { url } = await startTestServer()
  return Promise.all(Array.from({ length: count }, () => connect(url)))
}

describe('the tutorial', () => {
  it('works with its own browser code, unchanged', async () => {
    const { url } = await startTestServer()
    const log = vi.fn<(...values: unknown[]) => void>()
    tutorialPage(() => open(url), { log })
    await expect.poll(() => log.mock.calls.length, longTimeout).toBe(3)
    expect(log.mock.calls).toEqual(
      expect.arrayContaining([
        ['Connected to WebSocket server'],
        ['Server says:', 'Server received: Hello, Server!'],
        ['Custom event response:', { message: 'Processed' }],
      ]),
    )
  })

  it('message, custom_event and broadcast are answered to all clients', async () => {
    const [ann, bob] = (await startWithClients(2)) as [Socket, Socket]
    const received = [ann, bob].map((socket) => ({
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
    await expect.poll(() => received, longTimeout).toEqual([everything, everything])
  })

  it('join and leave are announced to the members of the room only', async () => {
    const [ann, bob, eve] = (await startWithClients(3)) as [Socket, Socket, Socket]
    const [annReceived, bobReceived, eveReceived] = [ann, bob, eve].map((socket) => collect(socket, 'room_message'))
    await ann.emitWithAck('join', { room: 'tea' })
    await bob.emitWithAck('join', { room: 'tea' })
    await bob.emitWithAck('leave', { room: 'tea' })
    await eve.emitWithAck('join', { room: 'milk' })
    await ann.emitWithAck('leave', { room: 'tea' })
    await Promise.all([ann, bob, eve].map((socket) => socket.emitWithAck('custom_event', { user: 'x', action: 'y' })))
    expect(annReceived).toEqual([['User joined tea'], ['User joined tea'], ['User left tea']])
    expect(bobReceived).toEqual([['User joined tea']])
    expect(eveReceived).toEqual([['User joined milk']])
  })

  it('sends empty acks, as Flask does', async () => {
    const [ann] = (await startWithClients(1)) as [Socket]
    const acknowledge = vi.fn<(...answer: unknown[]) => void>()
    ann.emit('message', 'hi', acknowledge)
    ann.emit('join', { room: 'tea', more: 1 }, acknowledge)
    await expect.poll(() => acknowledge.mock.calls, longTimeout).toEqual([[], []])
  })

  it('join cannot enter the room that Socket.IO has for each socket', async () => {
    const [victim, eve] = (await startWithClients(2)) as [Socket, Socket]
    const received = collect(victim, 'room_message')
    await eve.emitWithAck('join', { room: victim.id })
    await victim.emitWithAck('join', { room: 'tea' })
    await expect.poll(() => received, longTimeout).toEqual([['User joined tea']])
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
  ])('%s %j is refused, the error says what was expected, and all clients stay connected', async (event, data) => {
    const [eve, ann] = (await startWithClients(2)) as [Socket, Socket]
    eve.emit(event, data)
    expect(await eve.emitWithAck(event, data)).toEqual(shape(`^invalid data for "${event}": .*(expected|Invalid)`))
    const received = collect(ann, 'message')
    eve.send('still here')
    await expect.poll(() => received, longTimeout).toEqual([['Server received: still here']])
  })

  it('broadcast refuses data that is not JSON', async () => {
    const [eve] = (await startWithClients(1)) as [Socket]
    for (const data of [[], [Buffer.from('binary')], [{ deep: [Buffer.from('binary')] }]])
      expect(await eve.emitWithAck('broadcast', ...data)).toEqual(
        shape('^invalid data for "broadcast": expected JSON data$'),
      )
  })

  it('data nested more than 32 levels deep is refused, and the server continues', async () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    const [eve, ann] = (await startWithClients(2)) as [Socket, Socket]
    const received = collect(ann, 'broadcast_message')
    // Sent as text, because the client also encodes data recursively and would fail.
    for (const depth of [1000, 1900]) eve.io.engine.send(`2["broadcast",${nested(depth)}]`)
    const refused = await eve.emitWithAck('broadcast', JSON.parse(nested(33)))
    expect(refused).toEqual(shape('^expected data nested at most 32 levels deep'))
    eve.emit('broadcast', JSON.parse(nested(32)))
    await expect.poll(() => received, longTimeout).toEqual([[JSON.parse(nested(32))]])
  })

  it('a connection can be in 64 rooms; a left room no longer counts', async () => {
    const [eve] = (await startWithClients(1)) as [Socket]
    const join = (n: number) => eve.emitWithAck('join', { room: `room ${n}` }) as Promise<unknown>
    await Promise.all(Array.from({ length: 64 }, (_, n) => join(n)))
    const full = { $error: { code: 'LIMIT', message: 'a connection may be in at most 64 rooms; leave one first' } }
    expect(await join(64)).toEqual(full)
    expect(await join(0)).toBeUndefined()
    await eve.emitWithAck('leave', { room: 'room 1' })
    expect(await join(64)).toBeUndefined()
  })

  it('a client that sends more than 128 KB is disconnected, other clients are not', async () => {
    const { url } = await startTestServer()
    const [eve, ann] = await Promise.all([connect(url), connect(url)])
    const ended = new Promise((resolve) => eve.once('disconnect', resolve))
    eve.send('x'.repeat(128 * 1024))
    await ended
    expect(await ann.emitWithAck('join', { room: 'tea' })).toBeUndefined()
  })
})

describe('the rate of events to everyone', () => {
  it.each(['message', 'custom_event', 'broadcast'])(
    'S10 a connection that floods %s is told RATE, and others receive no more than the burst and what time allows',
    async (event) => {
      const [eve, ann] = (await startWithClients(2)) as [Socket, Socket]
      const answerEvent =
        { message: 'message', custom_event: 'response_event', broadcast: 'broadcast_message' }[event] ?? ''
      const received = collect(ann, answerEvent)
      const started = performance.now()
      const data = event === 'custom_event' ? { user: 'eve', action: 'flood' } : 'flood'
      const answers = await Promise.all(Array.from({ length: 200 }, () => eve.emitWithAck(event, data)))
      const refused = answers.filter((answer) => answer !== undefined && answer !== null)
      expect(refused.at(-1)).toMatchObject({ $error: { code: 'RATE' } })
      const allowed = 30 + Math.ceil(((performance.now() - started) / 1_000) * 5)
      expect(200 - refused.length).toBeLessThanOrEqual(allowed)
      await expect.poll(() => received.length, longTimeout).toBe(200 - refused.length)
    },
  )
})
