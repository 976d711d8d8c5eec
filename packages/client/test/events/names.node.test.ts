import { createClient, defineContract, type ClientOptions, roomful } from '@roomful/client'
import { createRooms } from '@roomful/server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { startClient, startRoomful } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

const uuid = '7f6e2b1a-9c3d-4e5f-8a7b-0c1d2e3f4a5b'
const names = [
  `conversation:${uuid}:message:updated`,
  `workspace:${uuid}:conversation:${uuid}:typing`,
  '$set',
  '$user:presence',
  '$publish',
  'App\\Events\\Orders\\ShipmentWasDispatchedToTheCustomerByTheCarrier',
  'a\nb\u0000',
  'x'.repeat(10_000),
  '日本語 🚀',
  '',
  ' ',
  'ping',
  'error',
  'open',
  'close',
  'data',
  'drain',
  'packet',
  'reconnect',
  'message',
  'gap',
  '__proto__',
]

/** A server that sends every event back, and answers it. */
function startEcho(options: { readonly room?: boolean } = {}) {
  return startServer({
    configure: (io) =>
      io.on('connection', (socket) => {
        socket.onAny((event: string, ...args: unknown[]) => {
          const ack = args.at(-1)
          const data = args.filter((arg) => typeof arg !== 'function')
          if (typeof ack === 'function') (ack as (answer: unknown) => void)(event)
          if (event !== 'join') socket.emit(event, ...(options.room ? [{ room: 'r', data: data[0] }] : data))
        })
      }),
  })
}

describe('DS9 on a plain server an event may have every name that Socket.IO can carry', () => {
  test('is sent, answered and received: without a contract', async () => {
    const { url } = await startEcho()
    const client = startClient(url)
    const heard: unknown[] = []
    for (const name of names) client.on(name, (data) => heard.push([name, data]))
    await client.connect()
    const answers = await Promise.all(names.map((name) => client.emitWithAck(name, 'acked')))
    for (const name of names) expect(client.emit(name, 'emitted')).toBe(true)
    for (const name of names) expect(client.volatile.emit(name, 'volatile')).toBe(true)
    await client.emitWithAck('end')
    expect(answers).toEqual(names)
    expect(heard).toEqual(['acked', 'emitted', 'volatile'].flatMap((data) => names.map((name) => [name, data])))
  })

  test('is sent, answered and received: with a contract', async () => {
    const { url } = await startEcho()
    const events = Object.fromEntries(names.map((name) => [name, { data: z.string() }]))
    const asked = Object.fromEntries(names.map((name) => [name, { data: z.string(), ack: z.string() }]))
    const contract = defineContract({ clientToServer: asked, serverToClient: events })
    const client = createClient({ url, contract })
    onTestFinished(client.close)
    const heard: unknown[] = []
    for (const name of names) client.on(name, (data) => heard.push([name, data]))
    await client.connect()
    expect(await Promise.all(names.map((name) => client.emitWithAck(name, 'acked')))).toEqual(names)
    await client.emitWithAck('ping', 'end')
    expect(heard.slice(0, -1)).toEqual(names.map((name) => [name, 'acked']))
  })

  test('is sent to a room and received in it', async () => {
    const { url } = await startEcho({ room: true })
    const room = await startClient(url).join('r')
    const inRooms = names.filter((name) => name !== 'gap' && name !== 'join')
    const heard: unknown[] = []
    for (const name of inRooms) room.on(name, () => heard.push(name))
    for (const name of inRooms) await room.emit(name, { n: 1 })
    for (const name of inRooms) expect(room.volatile.emit(name, { n: 1 })).toBe(true)
    await expect.poll(() => heard).toEqual([...inRooms, ...inRooms])
  })

  test.each(['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'])(
    'is refused where Socket.IO itself uses it: %s',
    async (name) => {
      const { url } = await startEcho()
      const client = startClient(url, { autoConnect: false })
      const refused = { code: 'INVALID_ARGUMENT', message: expect.stringContaining('is reserved by Socket.IO') }
      const room = client.room('r')
      for (const call of [
        () => client.emit(name),
        () => client.on(name, () => {}),
        () => client.once(name, () => {}),
        () => client.volatile.emit(name),
        () => room.on(name, () => {}),
        () => room.volatile.emit(name, {}),
      ])
        expect(call).toThrow(expect.objectContaining(refused))
      await expect(client.emitWithAck(name)).rejects.toMatchObject(refused)
      await expect(room.emit(name, {})).rejects.toMatchObject(refused)
    },
  )
})

describe('DS9 with roomful() the limits of roomful/1 hold', () => {
  const bad: [name: string, sentence: string][] = [
    ['$set', 'names that begin with $ belong to the protocol'],
    ['$publish', 'names that begin with $ belong to the protocol'],
    ['', 'must be a string of 1 to 64 characters, got ""'],
    ['x'.repeat(65), 'must be a string of 1 to 64 characters, got a string of 65 characters'],
    ['connect', 'is reserved by Socket.IO'],
  ]
  test.each(bad)('event name %j is refused with a sentence', async (name, sentence) => {
    const client = startRoomful('http://localhost:9', { autoConnect: false })
    const refused = { code: 'INVALID_ARGUMENT', message: expect.stringContaining(sentence) }
    const room = client.room('r')
    expect(() => client.emit(name)).toThrow(expect.objectContaining(refused))
    expect(() => client.on(name, () => {})).toThrow(expect.objectContaining(refused))
    expect(() => room.on(name, () => {})).toThrow(expect.objectContaining(refused))
    await expect(room.emit(name, {})).rejects.toMatchObject(refused)
  })
  test('a contract with such a name is for plain servers only', async () => {
    const contract = defineContract({
      clientToServer: { $set: z.string() },
      room: { [`typing:${uuid}:${uuid}`]: z.string() },
    })
    const { io } = await startServer()
    expect(() => createRooms(io, { contract })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: `an event's name must be a string of 1 to 64 characters, got a string of 80 characters`,
      }),
    )
    const options: ClientOptions = { url: 'http://localhost:9', autoConnect: false, rooms: roomful() }
    const client = createClient({ ...options, contract })
    onTestFinished(client.close)
    expect(() => client.emit('$set', 'x')).toThrow('belong to the protocol')
  })
})
