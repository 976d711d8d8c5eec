import { createClient, defineContract, roomful } from '@roomful/client'
import { createRooms } from '@roomful/server'
import msgpack from 'socket.io-msgpack-parser'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { handshake, startHostileServer } from '../support/hostile-server.ts'
import { startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'

async function startEcho() {
  const received: unknown[][] = []
  const server = await startServer({
    options: { parser: msgpack },
    configure: (io) =>
      io.on('connection', (socket) => {
        socket.onAny((...args: unknown[]) => received.push(args.filter((arg) => typeof arg !== 'function')))
        socket.on('echo', (data: unknown, ack: (data: unknown) => void) => ack(data))
        socket.on('join', async ({ room }: { room: string }, ack: () => void) => {
          await socket.join(room)
          ack()
        })
      }),
  })
  return { server, url: server.url, received }
}
const socket = { parser: msgpack }

describe('EM12 with socket.io-msgpack-parser', () => {
  test.each([['polling'], ['websocket']])('events, answers and questions arrive, over %s', async (transport) => {
    const { server, url, received } = await startEcho()
    const client = startClient(url, { socket: { ...socket, transports: [transport] } })
    client.on('ask', (data: unknown, ack: (...values: unknown[]) => void) => ack(data, Uint8Array.from([1])))
    client.emit('queued', { at: new Date(5), bytes: Uint8Array.from([1, 2]), none: undefined })
    await client.connect()
    client.emit('live', { at: new Date(5), bytes: Uint8Array.from([1, 2]), none: undefined })
    expect(await client.emitWithAck('echo', ['ü', 1.5, null])).toEqual(['ü', 1.5, null])
    expect(received.slice(0, 2)).toEqual(
      ['queued', 'live'].map((event) => [
        event,
        { at: new Date(5), bytes: Uint8Array.from([1, 2]).buffer, none: undefined },
      ]),
    )
    const answers = new Promise((resolve) => {
      for (const each of server.io.sockets.sockets.values())
        each.emit('ask', { n: 1 }, (...values: unknown[]) => resolve(values))
    })
    expect(await answers).toEqual([{ n: 1 }, Uint8Array.from([1]).buffer])
  })

  test('what the app changes after the call changes nothing that is sent', async () => {
    const { url, received } = await startEcho()
    const client = startClient(url, { autoConnect: false, socket })
    const data = { list: [1], bytes: Uint8Array.from([1]), boxed: { toJSON: () => 'json' } }
    client.emit('queued', data)
    data.list.push(2)
    data.bytes.fill(9)
    await client.connect()
    await client.emitWithAck('echo', 1)
    expect(received[0]).toEqual(['queued', { list: [1], bytes: Uint8Array.from([1]).buffer, boxed: 'json' }])
  })

  test('data that it cannot encode fails its own call, queued or not', async () => {
    const { url } = await startEcho()
    const client = startClient(url, { autoConnect: false, socket })
    const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT', message: 'the data of "v" cannot be encoded' })
    expect(() => client.emit('v', { a: Symbol('x') })).toThrow(refused)
    await client.connect()
    expect(() => client.emit('v', { a: Symbol('x') })).toThrow(refused)
    expect(await client.emitWithAck('echo', 1)).toBe(1)
  })

  test('rooms of a plain server work, also after an outage', async () => {
    const { server, url } = await startEcho()
    const client = startClient(url, { socket })
    const room = await client.join('r')
    const heard: unknown[] = []
    room.on('news', (data) => heard.push(data))
    server.io.to('r').emit('news', { room: 'r', n: 1 })
    await expect.poll(() => heard).toEqual([{ room: 'r', n: 1 }])
    server.io.sockets.sockets.forEach((each) => each.conn.close())
    await until(client, 'reconnecting')
    await expect.poll(() => room.status).toBe('joined')
    server.io.to('r').emit('news', { room: 'r', n: 2 })
    await expect.poll(() => heard.at(-1)).toEqual({ room: 'r', n: 2 })
    expect(heard).toHaveLength(2) // no listener of the first connection is left
  })

  test('rooms of @roomful/server work', async () => {
    const server = await startServer({ options: { parser: msgpack } })
    const contract = defineContract({ room: { message: z.object({ text: z.string() }) } })
    const rooms = createRooms(server.io, { contract })
    onTestFinished(() => rooms.close())
    const client = createClient({ url: server.url, contract, socket, rooms: roomful() })
    onTestFinished(client.close)
    const room = await client.join('r')
    const heard: unknown[] = []
    room.on('message', ({ text }, { seq }) => heard.push([text, seq]))
    expect(await room.emit('message', { text: 'hi' })).toMatchObject({ confirmed: true, seq: 1 })
    await expect.poll(() => heard).toEqual([['hi', 1]])
  })

  test('a client shares no connection with one of another parser', async () => {
    const { server, url } = await startEcho()
    const first = startClient(url, { socket })
    await first.connect()
    const second = startClient(`${url}/other`, { socket: {}, connectTimeoutMs: 100 })
    second.connect().catch(() => {})
    await until(second, 'reconnecting')
    expect(first.status).toBe('connected')
    expect(server.connections).toBeGreaterThan(0)
  })
})

describe('EM12 packets of a hostile server', () => {
  const encode = (packet: object): Uint8Array =>
    new Uint8Array((new msgpack.Encoder().encode(packet) as unknown as [Buffer])[0])
  const nsp = '/'
  const hostile: Record<string, Uint8Array | string> = {
    'no msgpack': Uint8Array.from([0xc1, 0xff, 0]),
    'an object that breaks off': encode({ type: 2, nsp, data: ['x'] }).subarray(0, 6),
    'no bytes at all': new Uint8Array(0),
    text: '2["x",1]',
    'a number': encode(Object(5)),
    'no such type': encode({ type: 9, nsp, data: ['x'] }),
    'no namespace': encode({ type: 2, data: ['x'] }),
    'an event without data': encode({ type: 2, nsp }),
    'an event without a name': encode({ type: 2, nsp, data: [] }),
    'an event whose name is an object': encode({ type: 2, nsp, data: [{}] }),
    'a reserved name': encode({ type: 2, nsp, data: ['connect', 1] }),
    'another reserved name': encode({ type: 2, nsp, data: ['disconnect', 'io server disconnect'] }),
    'an ack without data': encode({ type: 3, nsp, id: 0 }),
    'an ack whose id is none': encode({ type: 3, nsp, id: {}, data: [] }),
    'a CONNECT_ERROR without data': encode({ type: 4, nsp }),
    'a CONNECT_ERROR that is null': encode({ type: 4, nsp, data: null }),
    'a CONNECT that is a list': encode({ type: 0, nsp, data: [] }),
  }
  test.each(Object.entries(hostile))('throw nothing and end at most the connection: %s', async (_what, packet) => {
    expectNothingUncaught()
    const { url } = await startHostileServer((link) => {
      handshake(link)
      link.onPacket(() => {
        link.send(encode({ type: 0, nsp, data: { sid: `socket-${link.number}` } }))
        if (link.number === 1) link.send(packet)
        link.send(encode({ type: 2, nsp, data: ['news', link.number] }))
      })
    })
    const client = startClient(url, { socket: { parser: msgpack, transports: ['websocket'] } })
    const heard: unknown[] = []
    client.on('news', (number) => heard.push(number))
    await expect.poll(() => heard.length).toBeGreaterThan(0)
    expect(client.status).toBe('connected')
  })
})

test.each<[string, unknown]>([
  ['null', null],
  ['a string', 'msgpack'],
  ['only an encoder', { Encoder: msgpack.Encoder }],
  ['an instance', new msgpack.Encoder()],
])('EM12 a parser that is none is refused with a sentence: %s', (_what, parser) => {
  const create = () => createClient({ url: 'http://localhost:9', socket: { parser: parser as typeof msgpack } })
  expect(create).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('socket.parser: expected { Encoder, Decoder }, as of socket.io-msgpack-parser'),
    }),
  )
})
