import {
  type Client,
  createClient,
  defineContract,
  persistentOutbox,
  plainRooms,
  type Receipt,
  type Room,
  roomful,
  type RoomfulError,
  typeOnly,
} from '@roomful/client'
import * as v from 'valibot'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'

const chat = defineContract({
  clientToServer: {
    message: z.string(),
    custom_event: z.object({ user: z.string(), action: z.string() }),
    ping: {},
    pong: { data: z.void() },
    whoami: { ack: z.object({ userId: z.string() }) },
    search: {
      data: z.object({ text: z.string(), limit: z.number().default(10) }),
      ack: z.object({ at: z.string().transform((text) => new Date(text)) }),
    },
    note: z.string().optional(),
    typed: typeOnly<{ a: 1 }>(),
    vali: { data: v.object({ n: v.pipe(v.string(), v.transform(Number)) }), ack: v.number() },
  },
  serverToClient: {
    response_event: z.object({ message: z.string() }),
    stamp: z.string().transform((text) => new Date(text)),
    tick: {},
    question: { data: z.string(), ack: z.number() },
    $set: z.string(),
  },
  room: {
    message: z.object({ text: z.string().min(1), tags: z.array(z.string()).default([]) }),
    reaction: { data: z.object({ emoji: z.string(), to: z.number() }) },
    cursor: { data: z.object({ x: z.number(), y: z.number() }), volatile: true },
    bell: {},
  },
  user: typeOnly<{ id: string; name: string }>(),
  presence: z.object({ status: z.enum(['online', 'away']).default('online') }),
})
const client = createClient({
  url: 'http://localhost',
  contract: chat,
  auth: async ({ reason, signal }) => {
    expectTypeOf(reason).toEqualTypeOf<'connect' | 'refused' | 'expiring'>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    return { token: '' }
  },
})
declare const signal: AbortSignal

test('emit takes the input types of the contract and returns a boolean', () => {
  client.emit('ping')
  client.emit('pong')
  client.emit('custom_event', { user: 'a', action: 'b' })
  client.emit('note')
  client.emit('note', 'x')
  client.emit('note', undefined)
  client.emit('typed', { a: 1 })
  client.emit('vali', { n: '3' })
  client.send('hello')
  client.volatile.emit('ping')
  // @ts-expect-error no data wanted
  client.emit('ping', 1)
  // @ts-expect-error data missing
  client.emit('custom_event')
  // @ts-expect-error wrong property
  client.emit('custom_event', { user: 'a', actoin: 'b' })
  // @ts-expect-error unknown event
  client.emit('custom_evnt', {})
  // @ts-expect-error the output's type is not the input's
  client.emit('vali', { n: 3 })
  // @ts-expect-error a callback is not data: emitWithAck
  client.emit('whoami', (x: unknown) => x)
  // @ts-expect-error send takes message's data
  client.send(1)
  expectTypeOf(client.emit('ping')).toEqualTypeOf<boolean>()
  expectTypeOf(client.send('hello')).toEqualTypeOf<boolean>()
  expectTypeOf(client.volatile.emit('ping')).toEqualTypeOf<boolean>()
})

test('acks have their output types, and only events that declare one have it', () => {
  expectTypeOf(client.emitWithAck('whoami')).resolves.toEqualTypeOf<{ userId: string }>()
  expectTypeOf(client.timeout(5_000).emitWithAck('whoami')).resolves.toEqualTypeOf<{ userId: string }>()
  const asked = client.with({ timeoutMs: 5_000, signal }).emitWithAck('search', { text: 'x' })
  expectTypeOf(asked).resolves.toEqualTypeOf<{ at: Date }>()
  expectTypeOf(client.emitWithAck('vali', { n: '1' })).resolves.toEqualTypeOf<number>()
  // @ts-expect-error no ack is declared: it would hang
  void client.emitWithAck('ping')
  // @ts-expect-error volatile has no acks
  void client.volatile.emitWithAck('whoami')
})

test("listeners get the output types; Socket.IO's own names and room events are no events of the client", () => {
  client.on('response_event', (data) => expectTypeOf(data).toEqualTypeOf<{ message: string }>())
  client.on('stamp', (data) => expectTypeOf(data).toEqualTypeOf<Date>())
  client.once('tick', (...args) => expectTypeOf(args).toEqualTypeOf<[]>())
  expectTypeOf(client.on('tick', () => {})).toEqualTypeOf<() => void>()
  // @ts-expect-error an event of rooms
  client.on('cursor', () => {})
  // @ts-expect-error use client.connection
  client.on('connect', () => {})
})

test("the connection's state narrows by its status and is read only", () => {
  const state = client.connection.getState()
  expectTypeOf(state.status).toEqualTypeOf(client.status)
  if (state.status === 'reconnecting') expectTypeOf(state.nextAttemptAt).toEqualTypeOf<number>()
  if (state.status === 'reconnecting') expectTypeOf(state.error).toEqualTypeOf<RoomfulError>()
  if (state.status === 'connected') expectTypeOf(state.user).toEqualTypeOf<{ id: string; name: string } | undefined>()
  // @ts-expect-error read only
  client.connection.setState({ status: 'idle' })
})

test('a room has durable events by emit, and volatile ones by volatile.emit', () => {
  const room = client.room('general')
  expectTypeOf(room).toEqualTypeOf<Room<typeof chat>>()
  expectTypeOf(client.join('general')).resolves.toEqualTypeOf<Room<typeof chat>>()
  room.on('message', (data, meta) => {
    expectTypeOf(data).toEqualTypeOf<{ text: string; tags: string[] }>()
    expectTypeOf(meta.from).toEqualTypeOf<{ id: string; name: string } | undefined>()
    expectTypeOf(meta.seq).toEqualTypeOf<number | undefined>()
  })
  room.on('cursor', ({ x }) => expectTypeOf(x).toEqualTypeOf<number>())
  room.on('bell', (data, meta) => expectTypeOf([data, meta.at] as const).toEqualTypeOf<readonly [void, number]>())
  room.on('gap', ({ reason }) => expectTypeOf(reason).toEqualTypeOf<'retention' | 'epoch' | 'unsupported'>())
  expectTypeOf(room.emit('message', { text: 'hi' })).toEqualTypeOf<Promise<Receipt>>()
  void room.emit('bell')
  void room.send({ text: 'hi' })
  expectTypeOf(room.volatile.emit('cursor', { x: 1, y: 2 })).toEqualTypeOf<boolean>()
  // @ts-expect-error volatile, so only by room.volatile
  void room.emit('cursor', { x: 1, y: 2 })
  // @ts-expect-error durable, so never volatile
  room.volatile.emit('message', { text: 'hi' })
  // @ts-expect-error gap is no event to send
  void room.emit('gap')
  // @ts-expect-error an event of the client
  void room.emit('custom_event', { user: 'a', action: 'b' })
  // @ts-expect-error wrong data
  void room.send('hi')
})

test('room.with has emit and send of the room', () => {
  const room = client.room('general')
  const { emit, send } = room.with({ timeoutMs: 5_000, signal })
  expectTypeOf(emit).toEqualTypeOf(room.emit)
  expectTypeOf(send).toEqualTypeOf(room.send)
  // @ts-expect-error volatile, so only by room.volatile
  void emit('cursor', { x: 1, y: 2 })
  // @ts-expect-error an unknown option
  room.with({ timeout: 5_000 })
})

test("a join takes the input of the contract's join schema as params", () => {
  const secret = createClient({
    url: 'http://localhost',
    contract: defineContract({ join: z.object({ key: z.string(), seats: z.number().default(1) }) }),
    rooms: roomful(),
  })
  void secret.join('general', { params: { key: 'a' }, timeoutMs: 5_000, signal })
  void secret.room('general').join({ params: { key: 'a', seats: 2 } })
  secret.room('general').retain({ params: { key: 'a' } })
  // @ts-expect-error wrong params
  void secret.join('general', { params: { seats: 2 } })
  // @ts-expect-error wrong params
  secret.room('general').retain({ params: 'a' })
  // @ts-expect-error a hold has no time-out
  secret.room('general').retain({ timeoutMs: 5_000 })
  expectTypeOf(client.join('general', { params: { any: ['json', 1, null] } })).resolves.toEqualTypeOf<
    Room<typeof chat>
  >()
})

test('plainRooms takes functions that return an event and its arguments', () => {
  plainRooms({
    join: (room, params) => {
      expectTypeOf([room, params] as const).toEqualTypeOf<readonly [string | number, unknown]>()
      return ['subscribe', room, params]
    },
    emit: (room, event, data, { id, params }) => [event, room, data, id, params],
    leave: (room) => ['unsubscribe', room],
    roomOf: (_event, data) => (data as { channel?: string }).channel,
    idOf: (_event, _room, data: { id?: string }) => data.id,
    refusalOf: (ack) => (ack === 'no' ? { code: 'NO' } : undefined),
    isRetryable: ({ code }) => code === 'BUSY',
    acks: true,
  })
  // @ts-expect-error the event's name comes first
  plainRooms({ join: () => [] })
  // @ts-expect-error a list, not a promise
  plainRooms({ join: async (room) => ['join', room] })
  // @ts-expect-error no guess about the server
  createClient({ url: 'http://localhost', helloTimeoutMs: 100 })
  // @ts-expect-error an option of roomful()
  createClient({ url: 'http://localhost', outbox: persistentOutbox() })
  createClient({ url: 'http://localhost', rooms: roomful({ outbox: persistentOutbox({ user: 'ada' }) }) })
})

test('receipts and messages of the history narrow', async () => {
  const room = client.room('general')
  const receipt = await room.emit('bell')
  if (receipt.confirmed) expectTypeOf(receipt.seq).toEqualTypeOf<number>()
  // @ts-expect-error a plain server gives none
  else void receipt.seq
  for (const message of (await room.history({ before: 9, limit: 5 })).messages)
    if (message.event === 'reaction') expectTypeOf(message.data).toEqualTypeOf<{ emoji: string; to: number }>()
  for (const member of room.members.getState().values()) {
    expectTypeOf(member.presence).toEqualTypeOf<{ status: 'online' | 'away' } | undefined>()
    expectTypeOf(member.user.name).toEqualTypeOf<string>()
  }
})

test('methods may be destructured; a contract without message has no send', () => {
  const { emit, emitWithAck } = client
  emit('ping')
  void emitWithAck('whoami')
  const noMessage = createClient({
    url: 'http://localhost',
    contract: defineContract({ clientToServer: { a: {} } }),
  })
  noMessage.emit('a')
  // @ts-expect-error no message event in the contract
  noMessage.send('x')
  expectTypeOf(client).not.toEqualTypeOf<Client>()
})

test('a handler answers the events of the server that have an ack', () => {
  const client = createClient({ url: 'http://localhost', contract: chat })
  client.on('question', (text) => text.length)
  client.once('question', async () => 1)
  client.on('question', () => {})
  client.on('$set', (text) => expectTypeOf(text).toEqualTypeOf<string>())
  // @ts-expect-error not that answer
  client.on('question', () => 'text')
  const maps = createClient<{ ask: (n: number, ack: (answer: string) => void) => void }>({ url: 'http://localhost' })
  maps.on('ask', (n, ack) => ack(n.toFixed()))
  const untyped = createClient({ url: 'http://localhost' })
  untyped.on('ask', (...args) => args.length)
})

test('a name of a room is a string or a number', async () => {
  const client = createClient({ url: 'http://localhost', contract: chat })
  expectTypeOf(client.room(42).name).toEqualTypeOf<string | number>()
  await (await client.join(42)).leave()
  await client.leave(42)
  // @ts-expect-error no name
  client.room({ id: 42 })
})
