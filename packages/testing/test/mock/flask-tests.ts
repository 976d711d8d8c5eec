import { createClient, plainRooms } from '@roomful/client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { collectEvents, nextEvent } from '../support/socket-events.ts'
import { connectedClient, startClient, startMock, url } from './start.ts'

type Answer = (...values: unknown[]) => void

/** `profile: 'flask'`: the same in Node and in a browser. */
export function testFlask(): void {
  test('a handler’s return value is the ack; a handler that returns nothing sends an empty ack', async () => {
    const server = await startMock({ profile: 'flask' })
    server.io.on('connection', (socket) => {
      socket.on('sum', (a: number, b: number) => a + b)
      socket.on('slow', async () => 'later')
      socket.on('list', () => [1, 2])
      socket.on('nothing', () => {})
      socket.on('itself', (answer: Answer) => answer('one', 'two'))
      socket.once('first', () => 'once')
    })
    const client = await connectedClient()
    const ask = (event: string, ...args: unknown[]) =>
      new Promise<unknown[]>((done) => client.emit(event, ...args, (...values: unknown[]) => done(values)))
    expect(await ask('sum', 1, 2)).toEqual([3])
    expect(await ask('slow')).toEqual(['later'])
    expect(await ask('list')).toEqual([[1, 2]])
    expect(await ask('nothing')).toEqual([])
    expect(await ask('itself')).toEqual(['one', 'two'])
    expect(await ask('first')).toEqual(['once'])
    await expect(client.timeout(50).emitWithAck('first')).rejects.toThrow('timed out')
    await expect(client.timeout(50).emitWithAck('unhandled')).rejects.toThrow('timed out')
  })

  test('handlers receive events without an ack, in other namespaces too', async () => {
    const server = await startMock({ profile: 'flask' })
    const received = vi.fn<(...args: unknown[]) => string>(() => 'answer')
    server.io.of('/later').on('connection', (socket) => socket.on('event', received))
    const client = (await connectedClient()).io.socket('/later')
    await nextEvent(client.connect(), 'connect')
    client.emit('event', 'a', 'b')
    await expect.poll(() => received.mock.calls).toEqual([['a', 'b']])
    expect(await client.emitWithAck('event')).toBe('answer')
  })

  test('acks that are ready together arrive in an order that the seed decides', async () => {
    const orderWith = async (seed: number): Promise<number[]> => {
      const server = await startMock({ profile: 'flask', seed })
      const asked: number[] = []
      let answerAll = (): void => {}
      const allowed = new Promise<void>((resolve) => (answerAll = resolve))
      server.io.on('connection', (socket) => {
        socket.on('ask', async (n: number) => {
          asked.push(n)
          await allowed
          return n
        })
      })
      const client = await connectedClient()
      const answered: number[] = []
      for (const n of [1, 2, 3, 4]) client.emit('ask', n, (answer: number) => answered.push(answer))
      await expect.poll(() => asked).toEqual([1, 2, 3, 4])
      answerAll()
      await expect.poll(() => answered.length).toBe(4)
      client.disconnect()
      await server.close()
      return answered
    }
    const [one, again, other] = [await orderWith(3), await orderWith(3), await orderWith(5)]
    expect(one).toEqual(again)
    expect(one).not.toEqual(other)
    expect(one).not.toEqual([1, 2, 3, 4])
  })

  test('events that the connection handler emits arrive before the connect packet', async () => {
    const server = await startMock({ profile: 'flask' })
    server.io.on('connection', (socket) => socket.emit('welcome'))
    const order: string[] = []
    const client = startClient()
    client.io.on('packet', ({ data }) => {
      order.push(Array.isArray(data) ? String(data[0]) : 'connect')
    })
    const welcomed = collectEvents(client, 'welcome')
    await expect.poll(() => welcomed).toHaveLength(1)
    expect(order).toEqual(['welcome', 'connect'])
  })

  test('an error in a handler is logged and gets no ack, and the next event is handled', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => logged.mockRestore())
    const server = await startMock({ profile: 'flask' })
    const errors = [new Error('at once'), new Error('later')]
    server.io.on('connection', (socket) => {
      socket.on('at once', () => {
        throw errors[0]
      })
      socket.on('later', async () => {
        throw errors[1]
      })
      socket.on('good', () => 'answered')
    })
    const client = await connectedClient()
    const answered = vi.fn<() => void>()
    client.emit('at once', answered)
    client.emit('later', answered)
    expect(await client.emitWithAck('good')).toBe('answered')
    expect(logged.mock.calls).toEqual([[errors[0]], [errors[1]]])
    expect(answered).not.toHaveBeenCalled()
  })

  test('dropNext() can discard the connect packet', async () => {
    const server = await startMock({ profile: 'flask' })
    server.dropNext(({ type, direction }) => type === 'connect' && direction === 'toClient')
    server.io.on('connection', (socket) => socket.emit('welcome'))
    const client = startClient()
    const welcomed = collectEvents(client, 'welcome')
    await expect.poll(() => server.io.sockets.sockets.size).toBe(1)
    await expect(server.io.timeout(50).emitWithAck('ready?')).rejects.toThrow('timed out')
    expect([client.connected, welcomed]).toEqual([false, []])
  })

  test('@roomful/client joins and uses rooms as in the Flask tutorial', async () => {
    const server = await startMock({ profile: 'flask' })
    server.io.on('connection', (socket) => {
      socket.on('join', async ({ room }: { room: string }) => socket.join(room))
      socket.on(
        'message',
        ({ room, ...data }: { room: string }) => void server.io.to(room).emit('message', { room, ...data }),
      )
    })
    const client = createClient({ url, rooms: plainRooms() })
    onTestFinished(client.disconnect)
    const room = await client.join('general')
    expect(room.state.getState()).toMatchObject({ acknowledged: true })
    const received: unknown[] = []
    room.on('message', (data) => received.push(data))
    expect(await room.emit('message', { text: 'hi' })).toMatchObject({ confirmed: false })
    await expect.poll(() => received).toEqual([{ room: 'general', text: 'hi' }])
  })
}
