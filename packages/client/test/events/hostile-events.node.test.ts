import { createClient, defineContract, type Client, roomful } from '@roomful/client'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { z } from 'zod'
import { recordInspect, startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'

const hello = { v: 1, capabilities: [], limits: {}, user: null, now: 0 }

/** Waits until all earlier packets have arrived. */
async function settled(io: { emit(event: string): unknown }, client: Pick<Client, 'once'>): Promise<void> {
  const arrived = new Promise<void>((resolve) => client.once('end', () => resolve()))
  io.emit('end')
  await arrived
}

describe('DS3 an event of any name and data', () => {
  test('may be called as a property of a prototype', async () => {
    expectNothingUncaught()
    const server = await startServer()
    const client = startClient(server.url)
    const events: unknown[] = []
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
    for (const name of names) client.on(name, (data: unknown) => events.push([name, data]))
    await client.connect()
    for (const name of names) server.io.emit(name, { polluted: true })
    await settled(server.io, client)
    expect(events).toEqual(names.map((name) => [name, { polluted: true }]))
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  test('is not in a contract that only inherits its name', async () => {
    expectNothingUncaught()
    const server = await startServer()
    const onInvalid = vi.fn<() => void>()
    const contract = defineContract({ serverToClient: { end: {} } })
    const client = createClient({ url: server.url, contract, onInvalid })
    onTestFinished(client.disconnect)
    for (const name of ['__proto__', 'constructor'])
      expect(() => client.on(name as 'end', () => {})).toThrow(`unknown event "${name}"`)
    await client.connect()
    server.io.emit('__proto__', 1)
    server.io.emit('constructor', 1)
    await settled(server.io, client)
    expect(onInvalid).not.toHaveBeenCalled()
  })

  test('is dropped where its schema throws, and `onInvalid` may throw', async () => {
    expectNothingUncaught()
    const server = await startServer()
    const onError = vi.fn<(error: unknown, source: string) => void>()
    const contract = defineContract({
      serverToClient: {
        throws: z.string().refine(() => {
          throw new Error('in the schema')
        }),
        number: z.number(),
        end: {},
      },
    })
    const onInvalid = () => {
      throw new Error('in onInvalid')
    }
    const client = createClient({ url: server.url, contract, onInvalid, onError })
    onTestFinished(client.disconnect)
    const events = vi.fn<(data: unknown) => void>()
    client.on('throws', events)
    client.on('number', events)
    await client.connect()
    server.io.emit('throws', 'a')
    server.io.emit('number', 'not one')
    server.io.emit('number', 7)
    await settled(server.io, client as unknown as Client)
    expect(events.mock.calls).toEqual([[7]])
    expect(onError.mock.calls.map(([error, source]) => [String(error), source])).toEqual([
      ['Error: in onInvalid', 'onInvalid'],
      ['Error: in onInvalid', 'onInvalid'],
    ])
  })

  test('arrives unchanged without a contract, and its ack can be answered', async () => {
    const server = await startServer()
    const client = startClient(server.url)
    client.on('sum', (a: number, b: number, ack: (sum: number) => void) => ack(a + b))
    await client.connect()
    const [socket] = server.io.sockets.sockets.values()
    expect(await socket?.emitWithAck('sum', 1, 2)).toBe(3)
  })
})

describe('DS4 DS6 events of rooms with roomful()', () => {
  test("reach their room's listeners only, and make no room", async () => {
    expectNothingUncaught()
    const server = await startServer({
      configure: (io) =>
        io.on('connection', (socket) => {
          socket.emit('$hello', hello)
          socket.on('$join', (_request: unknown, ack: (answer: object) => void) =>
            ack({ ok: true, epoch: 'epoch-one', head: 0, first: 1, entries: [] }),
          )
        }),
    })
    const { inspect, ofType } = recordInspect()
    const client = startClient(server.url, { inspect, rooms: roomful() })
    const events: unknown[] = []
    const room = await client.join('general')
    client.on('news', (...args: unknown[]) => events.push(['client', ...args]))
    room.on('news', (data: unknown) => events.push(['room', data]))
    const meta = { epoch: 'epoch-one', seq: 1, id: 'a:1', from: null, at: 1 }
    server.io.emit('news', 'of the room', { ...meta, $room: 'general' })
    server.io.emit('news', 'of another room', { ...meta, $room: 'elsewhere' })
    server.io.emit('news', 'of no room', { ...meta, $room: 5 })
    server.io.emit('$members', { room: 'elsewhere', v: 1, set: [{ user: { id: 'eve' } }] })
    server.io.emit('$unknown', 1)
    await settled(server.io, client)
    expect(events).toEqual([
      ['room', 'of the room'],
      ['client', 'of no room', { ...meta, $room: 5 }],
    ])
    expect(ofType('drop').map(({ event, reason }) => `${event}: ${reason}`)).toEqual([
      'news: no room elsewhere',
      '$members: no room elsewhere',
      '$unknown: not a message of roomful/1',
    ])
    expect(client.room('elsewhere').status).toBe('left')
  })
})

describe('DS5 a listener', () => {
  test.each([[undefined], [null], ['handler'], [{}]])('that is no function is refused: %j', (handler) => {
    const client = startClient('http://127.0.0.1:9', { autoConnect: false })
    const sentence = /^a listener must be a function, got /
    expect(() => client.on('news', handler as never)).toThrow(sentence)
    expect(() => client.once('news', handler as never)).toThrow(sentence)
    expect(() => client.room('general').on('news', handler as never)).toThrow(sentence)
  })

  test('of `once` can be removed before its event, and is called once', async () => {
    const server = await startServer()
    const client = startClient(server.url)
    const undone = vi.fn<() => void>()
    const events = vi.fn<() => void>(() => {
      throw new Error('mine')
    })
    const quiet = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => quiet.mockRestore())
    client.once('news', undone)()
    client.once('news', events)
    await client.connect()
    server.io.emit('news')
    server.io.emit('news')
    await settled(server.io, client)
    expect([undone.mock.calls.length, events.mock.calls.length]).toEqual([0, 1])
    expect(quiet.mock.calls.map(([text]) => text as string)).toEqual(['roomful: a listener of news failed:'])
  })
})

describe('DS2 a call of the client in a listener', () => {
  test('disconnect() ends the events, and leaves no connection', async () => {
    expectNothingUncaught()
    const server = await startServer()
    const client = startClient(server.url)
    const events: number[] = []
    client.on('n', (n: number) => {
      events.push(n)
      client.disconnect()
    })
    await client.connect()
    for (let n = 1; n <= 5; n += 1) server.io.emit('n', n)
    await until(client, 'disconnected')
    await eventually(() => expect(server.connections).toBe(0))
    expect(events).toEqual([1])
  })

  test('emit works in a listener of the state', async () => {
    expectNothingUncaught()
    const received: unknown[] = []
    const server = await startServer({
      configure: (io) => io.on('connection', (socket) => socket.onAny((event) => received.push(event))),
    })
    const onError = vi.fn<(error: unknown, source: string) => void>()
    const client = startClient(server.url, { onError })
    client.connection.subscribe(({ status }) => client.emit(`seen ${status}`))
    client.emit('first')
    await client.connect()
    await eventually(() => expect(received).toEqual(['seen connecting', 'first', 'seen connected']))
    client.disconnect()
    expect(onError).not.toHaveBeenCalled()
  })

  test('connect() after a kick connects again, and other listeners get all states in order', async () => {
    expectNothingUncaught()
    const server = await startServer()
    const client = startClient(server.url)
    client.connection.subscribe(({ status }) => {
      if (status === 'disconnected') void client.connect()
    })
    const statuses: string[] = []
    client.connection.subscribe(({ status }) => statuses.push(status))
    await client.connect()
    const room = client.join('general')
    await room
    server.kickAll()
    await eventually(() => expect(statuses.slice(2)).toEqual(['disconnected', 'connecting', 'connected']))
    await eventually(() => expect(client.room('general').status).toBe('joined'))
    expect(server.sockets).toBe(1)
  })
})
