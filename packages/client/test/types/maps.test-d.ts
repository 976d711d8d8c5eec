import { createClient, type MessageMeta } from '@roomful/client'
import { expectTypeOf, test } from 'vitest'

interface ServerToClient {
  noArg: () => void
  basic: (a: number, b: string, c: string) => void
  asks: (question: string, ack: (yes: boolean) => void) => void
  message: (message: { room: string; text: string }) => void
}
interface ClientToServer {
  hello: () => void
  add: (a: number, b: number, ack: (sum: number) => void) => void
  tuple: (ack: (a: string, b: number) => void) => void
  none: (ack: () => void) => void
  maybe: (data: string, ack?: (ok: boolean) => void) => void
  message: (message: { room: string; text: string }) => void
  optional: (a?: string) => void
}

test('createClient takes the interface maps of Socket.IO', () => {
  const client = createClient<ServerToClient, ClientToServer>({ url: 'http://localhost' })
  client.emit('hello')
  client.emit('optional')
  client.emit('optional', 'x')
  client.emit('maybe', 'x')
  client.emit('message', { room: 'a', text: 'b' })
  client.send({ room: 'a', text: 'b' })
  // @ts-expect-error too many
  client.emit('hello', 1)
  // @ts-expect-error unknown
  client.emit('helo')
  expectTypeOf(client.timeout(10).emitWithAck('add', 1, 2)).resolves.toEqualTypeOf<number>()
  expectTypeOf(client.emitWithAck('tuple')).resolves.toEqualTypeOf<[a: string, b: number]>()
  expectTypeOf(client.emitWithAck('none')).resolves.toBeVoid()
  expectTypeOf(client.emitWithAck('maybe', 'x')).resolves.toEqualTypeOf<boolean>()
  // @ts-expect-error no ack
  void client.emitWithAck('hello')
  // @ts-expect-error wrong types
  void client.emitWithAck('add', 1, '2')
  client.on('noArg', () => {})
  client.on('basic', (a, b, c) => expectTypeOf([a, b, c] as const).toEqualTypeOf<readonly [number, string, string]>())
  client.on('asks', (question, ack) => {
    expectTypeOf(question).toEqualTypeOf<string>()
    ack(true)
  })
  const room = client.room('general')
  room.on('message', (data, meta) => {
    expectTypeOf(data).toEqualTypeOf<{ room: string; text: string }>()
    expectTypeOf<MessageMeta['replayed']>().toEqualTypeOf(meta.replayed)
  })
  void room.emit('message', { text: 'b' })
  void room.send({ text: 'c' })
  room.volatile.emit('message', { text: 'b' })
  // @ts-expect-error plainRooms() adds the room
  void room.emit('message', { text: 'b', room: 'a' })
})

test('a room event with several arguments is not typed: the options of plainRooms say what its data is', () => {
  interface Positional {
    say: (room: string, text: string) => void
    message: (room: string, text: string) => void
    ask: (question: { room: string; text: string }, ack: (answer: string) => void) => void
  }
  const room = createClient<Positional>({ url: 'http://localhost' }).room('general')
  room.on('say', (data) => expectTypeOf(data).toBeAny())
  room.on('ask', (data) => expectTypeOf(data).toEqualTypeOf<{ room: string; text: string }>())
  void room.emit('say', { any: 'data' })
  void room.send('text')
  // @ts-expect-error one argument: plainRooms({ emit }) adds the room
  void room.send('general', 'text')
})

test('createClient works without any types', () => {
  const loose = createClient({ url: 'http://localhost' })
  loose.emit('anything', 1, { b: 2 })
  loose.emit('nothing')
  loose.send('x')
  loose.on('anything', (a, b) => expectTypeOf([a, b]).toEqualTypeOf<any[]>())
  expectTypeOf(loose.emitWithAck('anything', 1)).resolves.toBeAny()
  loose.room('a').on('message', (data, meta) => {
    expectTypeOf(data).toBeAny()
    expectTypeOf(meta.at).toEqualTypeOf<number>()
  })
  void loose.room('a').emit('message', { text: 'x' })
  loose.room('a').volatile.emit('cursor', { x: 1 })
})
