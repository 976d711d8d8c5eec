import {
  type AckedName,
  type AckIn,
  type AckOut,
  type AnyContract,
  type At,
  type ClientToServer,
  type ClientToServerEvents,
  type Contract,
  type ContractDefinition,
  type DataIn,
  type DataOut,
  defineContract,
  type DurableName,
  type EmitArgs,
  type EventName,
  type HandlerArgs,
  type HasAck,
  type Presence,
  type PresenceInput,
  type RoomEmitted,
  type RoomListened,
  type ServerToClient,
  type ServerToClientEvents,
  typeOnly,
  type User,
  type UserInput,
  validate,
  type VolatileName,
} from '@roomful/contract'
import { Server } from 'socket.io'
import * as v from 'valibot'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { Surface } from './support/surface.ts'

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
    typed_ack: { data: typeOnly<number>(), ack: typeOnly<string[]>() },
    valibot: { data: v.object({ n: v.pipe(v.string(), v.transform(Number)) }), ack: v.number() },
    anything: z.any(),
    unknown: z.unknown(),
    remark: { data: v.optional(v.string()), ack: v.boolean() },
  },
  serverToClient: {
    response_event: z.object({ message: z.string() }),
    stamp: z.string().transform((text) => new Date(text)),
    tick: {},
    anything: typeOnly<any>(),
    valibot: { data: v.pipe(v.string(), v.transform(Number)) },
  },
  room: {
    message: z.object({ text: z.string().min(1), tags: z.array(z.string()).default([]) }),
    reaction: { data: v.object({ emoji: v.string(), to: v.optional(v.number(), 0) }) },
    cursor: { data: z.object({ x: z.number(), y: z.number() }), volatile: true },
    wave: { volatile: true },
    bell: {},
  },
  user: typeOnly<{ id: string; name: string }>(),
  presence: z.object({ status: z.enum(['online', 'away']).default('online') }),
})
type Chat = typeof chat
declare const surface: Surface<Chat>

describe('what is emitted is the input of a schema', () => {
  test('an event without data takes no argument', () => {
    surface.emit('ping')
    surface.emit('pong')
    // @ts-expect-error no data wanted
    surface.emit('ping', 1)
    expectTypeOf<EmitArgs<ClientToServer<Chat>['ping']>>().toEqualTypeOf<[]>()
    expectTypeOf<EmitArgs<ClientToServer<Chat>['pong']>>().toEqualTypeOf<[]>()
  })
  test('an event with data takes it, and nothing else', () => {
    surface.emit('custom_event', { user: 'a', action: 'b' })
    // @ts-expect-error data missing
    surface.emit('custom_event')
    // @ts-expect-error wrong property
    surface.emit('custom_event', { user: 'a', actoin: 'b' })
    // @ts-expect-error unknown event
    surface.emit('custom_evnt', {})
    // @ts-expect-error a callback is no data: emitWithAck is for that
    surface.emit('whoami', (answer: unknown) => answer)
    // @ts-expect-error typeOnly is as strict
    surface.emit('typed', { a: 2 })
    expectTypeOf<EmitArgs<ClientToServer<Chat>['typed']>>().toEqualTypeOf<[data: { a: 1 }]>()
  })
  test('an argument is optional where undefined is allowed', () => {
    surface.emit('note')
    surface.emit('note', 'x')
    surface.emit('note', undefined)
    expectTypeOf<EmitArgs<ClientToServer<Chat>['unknown']>>().toEqualTypeOf<[data?: unknown]>()
    expectTypeOf<EmitArgs<ClientToServer<Chat>['anything']>>().toEqualTypeOf<[data?: any]>()
  })
  test('defaults and transforms: the side that is written', () => {
    surface.emit('valibot', { n: '3' })
    // @ts-expect-error the output is not the input
    surface.emit('valibot', { n: 3 })
    expectTypeOf<DataIn<RoomEmitted<Chat>['message']>>().toEqualTypeOf<{ text: string; tags?: string[] | undefined }>()
    expectTypeOf<DataIn<RoomEmitted<Chat>['reaction']>>().toEqualTypeOf<{ emoji: string; to?: number | undefined }>()
  })
})

describe('what is heard is the output of a schema', () => {
  test('handlers get the output, or nothing where there is no data', () => {
    surface.on('response_event', (data) => expectTypeOf(data).toEqualTypeOf<{ message: string }>())
    surface.on('stamp', (data) => expectTypeOf(data).toEqualTypeOf<Date>())
    surface.on('valibot', (data) => expectTypeOf(data).toEqualTypeOf<number>())
    surface.on('tick', (...args) => expectTypeOf(args).toEqualTypeOf<[]>())
    // @ts-expect-error an event of rooms
    surface.on('cursor', () => {})
    // @ts-expect-error Socket.IO's own names are no events here
    surface.on('connect', () => {})
  })
  test('data of type any is still handed on', () => {
    surface.on('anything', (data) => expectTypeOf(data).toBeAny())
    expectTypeOf<HandlerArgs<ClientToServer<Chat>['anything']>>().toEqualTypeOf<[data: any]>()
    expectTypeOf<HandlerArgs<ClientToServer<Chat>['unknown']>>().toEqualTypeOf<[data: unknown]>()
  })
  test('room events are read as their output', () => {
    surface.room.on('message', (data) => expectTypeOf(data).toEqualTypeOf<{ text: string; tags: string[] }>())
    surface.room.on('cursor', ({ x }) => expectTypeOf(x).toEqualTypeOf<number>())
    surface.room.on('bell', (data) => expectTypeOf(data).toEqualTypeOf<void>())
    expectTypeOf<DataOut<RoomListened<Chat>['reaction']>>().toEqualTypeOf<{ emoji: string; to: number }>()
  })
  test('validate gives the output, and nothing where there is no schema', () => {
    expectTypeOf(validate(z.string().transform(Number), '1', 'n')).toEqualTypeOf<number>()
    expectTypeOf(validate(typeOnly<{ a: 1 }>(), {}, 'n')).toEqualTypeOf<{ a: 1 }>()
    expectTypeOf(validate(undefined, undefined, 'n')).toEqualTypeOf<void>()
  })
})

describe('acks', () => {
  test('only events that answer are offered', () => {
    expectTypeOf<AckedName<ClientToServer<Chat>>>().toEqualTypeOf<
      'whoami' | 'search' | 'typed_ack' | 'valibot' | 'remark'
    >()
    // @ts-expect-error no ack declared: it would wait for ever
    void surface.emitWithAck('ping')
    // @ts-expect-error a schema alone declares no ack
    void surface.emitWithAck('message', 'x')
    expectTypeOf<HasAck<ClientToServer<Chat>['whoami']>>().toEqualTypeOf<true>()
    expectTypeOf<HasAck<ClientToServer<Chat>['message']>>().toEqualTypeOf<false>()
  })
  test('an answer is read as its output and written as its input', () => {
    expectTypeOf(surface.emitWithAck('whoami')).resolves.toEqualTypeOf<{ userId: string }>()
    expectTypeOf(surface.emitWithAck('search', { text: 'x' })).resolves.toEqualTypeOf<{ at: Date }>()
    expectTypeOf(surface.emitWithAck('valibot', { n: '1' })).resolves.toEqualTypeOf<number>()
    expectTypeOf(surface.emitWithAck('typed_ack', 1)).resolves.toEqualTypeOf<string[]>()
    expectTypeOf<AckIn<ClientToServer<Chat>['search']>>().toEqualTypeOf<{ at: string }>()
    expectTypeOf<AckOut<ClientToServer<Chat>['search']>>().toEqualTypeOf<{ at: Date }>()
  })
})

describe('rooms', () => {
  test('durable and volatile events are told apart', () => {
    expectTypeOf<DurableName<RoomEmitted<Chat>>>().toEqualTypeOf<'message' | 'reaction' | 'bell'>()
    expectTypeOf<VolatileName<RoomEmitted<Chat>>>().toEqualTypeOf<'cursor' | 'wave'>()
    surface.room.emit('message', { text: 'hi' })
    surface.room.emit('bell')
    surface.room.emitVolatile('cursor', { x: 1, y: 2 })
    surface.room.emitVolatile('wave')
    // @ts-expect-error volatile only
    surface.room.emit('cursor', { x: 1, y: 2 })
    // @ts-expect-error durable is never volatile
    surface.room.emitVolatile('message', { text: 'hi' })
    // @ts-expect-error a client's event
    surface.room.emit('custom_event', { user: 'a', action: 'b' })
    // @ts-expect-error wrong data
    surface.room.emit('message', 'hi')
  })
  test('user and presence', () => {
    expectTypeOf<User<Chat>>().toEqualTypeOf<{ id: string; name: string }>()
    expectTypeOf<UserInput<Chat>>().toEqualTypeOf<{ id: string; name: string }>()
    expectTypeOf<Presence<Chat>>().toEqualTypeOf<{ status: 'online' | 'away' }>()
    expectTypeOf<PresenceInput<Chat>>().toEqualTypeOf<{ status?: 'online' | 'away' | undefined }>()
  })
  test('a contract that says nothing of users knows their id', () => {
    const bare = defineContract({})
    expectTypeOf<User<typeof bare>>().toEqualTypeOf<{ readonly id: string }>()
    expectTypeOf<Presence<typeof bare>>().toEqualTypeOf<undefined>()
    expectTypeOf<EventName<ClientToServer<typeof bare>>>().toEqualTypeOf<never>()
    expectTypeOf<EventName<RoomListened<typeof bare>>>().toEqualTypeOf<never>()
  })
})

describe('contracts that are not known to the letter', () => {
  test('any contract at all is untyped, not unusable', () => {
    type Event = At<ClientToServer<AnyContract>, 'x'>
    expectTypeOf<EventName<ClientToServer<AnyContract>>>().toEqualTypeOf<string>()
    expectTypeOf<AckedName<ClientToServer<AnyContract>>>().toEqualTypeOf<string>()
    expectTypeOf<EmitArgs<Event>>().toEqualTypeOf<any[]>()
    expectTypeOf<HandlerArgs<Event>>().toEqualTypeOf<any[]>()
    expectTypeOf<AckOut<Event>>().toBeAny()
    expectTypeOf<User<AnyContract>>().toBeAny()
    expectTypeOf<DataOut<At<RoomListened<AnyContract>, 'x'>>>().toBeAny()
  })
  test('a definition made at run time keeps its sections', () => {
    const made = defineContract({} as ContractDefinition)
    expectTypeOf<EventName<ClientToServer<typeof made>>>().toEqualTypeOf<string>()
    expectTypeOf<EmitArgs<At<ClientToServer<typeof made>, 'x'>>>().toEqualTypeOf<[data?: unknown]>()
    expectTypeOf<EventName<RoomListened<typeof made>>>().toEqualTypeOf<string>()
  })
})

describe("a contract as Socket.IO's own maps", () => {
  const server = new Server<ClientToServerEvents<Chat>, ServerToClientEvents<Chat>>()

  test('a socket hears the input, answers with the input', () => {
    server.on('connection', (socket) => {
      socket.on('message', (text) => expectTypeOf(text).toEqualTypeOf<string>())
      socket.on('ping', (...args) => expectTypeOf(args).toEqualTypeOf<[]>())
      socket.on('whoami', (ack) => ack({ userId: 'u' }))
      socket.on('search', (data, ack) => {
        expectTypeOf(data).toEqualTypeOf<{ text: string; limit?: number | undefined }>()
        ack({ at: 'now' })
        // @ts-expect-error the answer travels as the schema's input
        ack({ at: new Date() })
      })
      socket.on('note', (text) => expectTypeOf(text).toEqualTypeOf<string | undefined>())
      socket.on('remark', (text, ack) => {
        expectTypeOf(text).toEqualTypeOf<string | undefined>()
        ack(true)
      })
      socket.on('typed', (data) => expectTypeOf(data).toEqualTypeOf<{ a: 1 }>())
      // @ts-expect-error unknown event
      socket.on('whoareyou', () => {})
    })
  })
  test('the server emits the input', () => {
    server.emit('response_event', { message: 'x' })
    server.emit('tick')
    server.emit('stamp', '2020-01-01')
    server.to('general').emit('valibot', '1')
    // @ts-expect-error the output is not the input
    server.emit('stamp', new Date())
    // @ts-expect-error no data wanted
    server.emit('tick', 1)
    // @ts-expect-error unknown event
    server.emit('tock')
    expectTypeOf<ServerToClientEvents<Chat>['stamp']>().toEqualTypeOf<(data: string) => void>()
  })
  test('the names are those of the contract', () => {
    expectTypeOf<keyof ServerToClientEvents<Chat>>().toEqualTypeOf<EventName<ServerToClient<Chat>>>()
    expectTypeOf<ClientToServerEvents<Chat>['whoami']>().toEqualTypeOf<
      (ack: (answer: { userId: string }) => void) => void
    >()
  })
})

test('mistakes in a definition do not compile', () => {
  expectTypeOf(defineContract({})).toEqualTypeOf<Contract<{}>>()
  defineContract({
    clientToServer: {
      // @ts-expect-error reserved by Socket.IO
      connect: z.string(),
    },
  })
  defineContract({
    serverToClient: {
      // @ts-expect-error reserved by the protocol
      $hello: z.string(),
    },
  })
  defineContract({
    room: {
      // @ts-expect-error reserved in rooms
      gap: z.string(),
    },
  })
  // gap is an event like others outside rooms
  defineContract({ serverToClient: { gap: z.string() } })
  defineContract({
    clientToServer: {
      // @ts-expect-error no name
      '': z.string(),
    },
  })
  defineContract({
    clientToServer: {
      // @ts-expect-error not a string
      404: z.string(),
    },
  })
  defineContract({
    clientToServer: {
      a: {
        // @ts-expect-error misspelt key
        dta: z.string(),
        ack: z.string(),
      },
    },
  })
  defineContract({
    clientToServer: {
      a: {
        data: z.string(),
        // @ts-expect-error only in rooms
        volatile: true,
      },
    },
  })
  defineContract({
    serverToClient: {
      a: {
        data: z.string(),
        // @ts-expect-error a client does not answer
        ack: z.string(),
      },
    },
  })
  defineContract({
    room: {
      a: {
        data: z.string(),
        // @ts-expect-error a receipt is the answer
        ack: z.string(),
      },
    },
  })
  defineContract({
    room: {
      a: {
        // @ts-expect-error true, or left out
        volatile: false,
      },
    },
  })
  defineContract({
    // @ts-expect-error unknown section
    clientToSever: { a: z.string() },
  })
  defineContract({
    clientToServer: {
      a: {
        // @ts-expect-error not a schema
        data: String,
      },
    },
  })
  defineContract({
    clientToServer: {
      // @ts-expect-error not a schema
      a: 'string',
    },
  })
  defineContract({
    user: {
      // @ts-expect-error not a schema
      id: z.string(),
    },
  })
  // @ts-expect-error not an object
  defineContract(null)
})
