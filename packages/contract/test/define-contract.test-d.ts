import {
  type AckedName,
  type AckIn,
  type AckOut,
  type AmendedName,
  type AmendingName,
  type AnyContract,
  type At,
  type ClientToServer,
  type ContractDefinition,
  type DataIn,
  type DataOut,
  defineContract,
  type DurableName,
  type EmitArgs,
  type EventName,
  type HandlerArgs,
  type HandlerResult,
  type HasAck,
  type InboxEvents,
  type JoinParams,
  type JoinParamsInput,
  type Json,
  type Presence,
  type PresenceInput,
  type RoomEmitted,
  type RoomListened,
  type ServerToClient,
  type SocketIoContract,
  type Target,
  typeOnly,
  type User,
  type UserInput,
  type VolatileName,
} from '@roomful/contract'
import { validate } from '@roomful/contract/protocol'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { Chat } from './support/chat.ts'
import type { Surface } from './support/surface.ts'

declare const surface: Surface<Chat>

describe('an emitted value is the input of a schema', () => {
  test('an event without data takes no argument', () => {
    surface.emit('ping')
    surface.emit('pong')
    // @ts-expect-error no data wanted
    surface.emit('ping', 1)
    expectTypeOf<EmitArgs<ClientToServer<Chat>['ping']>>().toEqualTypeOf<[]>()
    expectTypeOf<EmitArgs<ClientToServer<Chat>['pong']>>().toEqualTypeOf<[]>()
  })
  test('an event with data takes that data and nothing else', () => {
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
  test('defaults and transforms: the written side is the input', () => {
    surface.emit('valibot', { n: '3' })
    // @ts-expect-error the output is not the input
    surface.emit('valibot', { n: 3 })
    expectTypeOf<DataIn<RoomEmitted<Chat>['message']>>().toEqualTypeOf<{ text: string; tags?: string[] | undefined }>()
    expectTypeOf<DataIn<RoomEmitted<Chat>['reaction']>>().toEqualTypeOf<{ emoji: string; to?: number | undefined }>()
  })
})

describe('a received value is the output of a schema', () => {
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
  test('data of type any is passed on as any', () => {
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
  test('only events with an ack can be emitted with an ack', () => {
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

describe('answers of a client', () => {
  test('a handler returns the input of the ack, now or later, or nothing', () => {
    surface.on('question', (text) => text)
    surface.on('question', async (text) => text)
    surface.on('question', () => {})
    surface.on('question', (text) => (text ? 'now' : undefined))
    surface.on('ready', () => true)
    surface.on('seen', () => {})
    surface.on('seen', async () => {})
    // @ts-expect-error the answer travels as the schema's input
    surface.on('question', () => new Date())
    // @ts-expect-error not that answer
    surface.on('question', async () => 1)
    // @ts-expect-error an answer is missing its value
    surface.on('ready', () => 'yes')
    surface.on('tick', () => 1) // no ack: what it returns is not used
    expectTypeOf<HandlerArgs<ServerToClient<Chat>['ready']>>().toEqualTypeOf<[]>()
    expectTypeOf<HandlerResult<ServerToClient<Chat>['tick']>>().toEqualTypeOf<void>()
  })
})

describe('rooms', () => {
  test('durable and volatile events are distinguished', () => {
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
  test('an amendment is sent and received with its target', () => {
    const amended = defineContract({
      room: {
        message: z.object({ text: z.string() }),
        edit: { data: z.object({ text: z.string().transform(Number) }), amends: 'message' },
        remove: { amends: 'message' },
      },
    })
    type Room = RoomListened<typeof amended>
    const edit: DataIn<At<Room, 'edit'>> = { target: { epoch: undefined, seq: 1 }, text: 'hi' }
    expectTypeOf(edit.text).toEqualTypeOf<string>()
    expectTypeOf<DataOut<At<Room, 'edit'>>['text']>().toEqualTypeOf<number>()
    expectTypeOf<DataOut<At<Room, 'edit'>>['target']>().toEqualTypeOf<Target>()
    expectTypeOf<keyof DataOut<At<Room, 'remove'>>>().toEqualTypeOf<'target'>()
    expectTypeOf<DataOut<At<Room, 'message'>>>().toEqualTypeOf<{ text: string }>()
    expectTypeOf<AmendingName<Room, 'message'>>().toEqualTypeOf<'edit' | 'remove'>()
    expectTypeOf<AmendedName<At<Room, 'edit'>>>().toEqualTypeOf<'message'>()
    expectTypeOf<AmendedName<At<Room, 'message'>>>().toEqualTypeOf<never>()
    // @ts-expect-error no target
    const wrong: DataIn<At<Room, 'edit'>> = { text: 'hi' }
    expectTypeOf(wrong).not.toBeNever()
  })
  test("the inbox's events are apart from those of rooms", () => {
    type Inbox = InboxEvents<Chat>
    expectTypeOf<EventName<Inbox>>().toEqualTypeOf<'note' | 'ping'>()
    expectTypeOf<DataIn<At<Inbox, 'note'>>>().toEqualTypeOf<{ text: string; at: string }>()
    expectTypeOf<DataOut<At<Inbox, 'note'>>>().toEqualTypeOf<{ text: string; at: Date }>()
    expectTypeOf<DataOut<At<Inbox, 'ping'>>>().toEqualTypeOf<void>()
    const bare = defineContract({})
    expectTypeOf<EventName<InboxEvents<typeof bare>>>().toEqualTypeOf<never>()
    expectTypeOf<EventName<InboxEvents<AnyContract>>>().toEqualTypeOf<string>()
    interface Events {
      note: (data: { text: string }) => void
    }
    type Maps = SocketIoContract<Events, {}>
    expectTypeOf<EventName<InboxEvents<Maps>>>().toEqualTypeOf<'note'>()
    expectTypeOf<DataOut<At<InboxEvents<Maps>, 'note'>>>().toEqualTypeOf<{ text: string }>()
  })
  test('user, presence and join params', () => {
    expectTypeOf<User<Chat>>().toEqualTypeOf<{ id: string; name: string }>()
    expectTypeOf<UserInput<Chat>>().toEqualTypeOf<{ id: string; name: string }>()
    expectTypeOf<Presence<Chat>>().toEqualTypeOf<{ status: 'online' | 'away' }>()
    expectTypeOf<PresenceInput<Chat>>().toEqualTypeOf<{ status?: 'online' | 'away' | undefined }>()
    expectTypeOf<JoinParams<Chat>>().toEqualTypeOf<{ invite: string; since: Date }>()
    expectTypeOf<JoinParamsInput<Chat>>().toEqualTypeOf<{ invite: string; since: string }>()
  })
  test('without a user schema a user has an id, and presence and join params are any JSON', () => {
    const bare = defineContract({})
    expectTypeOf<User<typeof bare>>().toEqualTypeOf<{ readonly id: string }>()
    expectTypeOf<Presence<typeof bare>>().toEqualTypeOf<Json>()
    expectTypeOf<PresenceInput<typeof bare>>().toEqualTypeOf<Json>()
    expectTypeOf<JoinParams<typeof bare>>().toEqualTypeOf<Json | undefined>()
    expectTypeOf<JoinParamsInput<typeof bare>>().toEqualTypeOf<Json | undefined>()
    expectTypeOf<{ status: 'away'; until?: number }>().toExtend<PresenceInput<typeof bare>>()
    expectTypeOf<Date>().not.toExtend<PresenceInput<typeof bare>>()
    expectTypeOf<EventName<ClientToServer<typeof bare>>>().toEqualTypeOf<never>()
    expectTypeOf<EventName<RoomListened<typeof bare>>>().toEqualTypeOf<never>()
  })
})

describe('contracts whose definition is not known exactly', () => {
  test('AnyContract is untyped, not unusable', () => {
    type Event = At<ClientToServer<AnyContract>, 'x'>
    expectTypeOf<EventName<ClientToServer<AnyContract>>>().toEqualTypeOf<string>()
    expectTypeOf<AckedName<ClientToServer<AnyContract>>>().toEqualTypeOf<string>()
    expectTypeOf<EmitArgs<Event>>().toEqualTypeOf<any[]>()
    expectTypeOf<HandlerArgs<Event>>().toEqualTypeOf<any[]>()
    expectTypeOf<AckOut<Event>>().toBeAny()
    expectTypeOf<User<AnyContract>>().toBeAny()
    expectTypeOf<JoinParams<AnyContract>>().toBeAny()
    expectTypeOf<JoinParamsInput<AnyContract>>().toBeAny()
    expectTypeOf<DataOut<At<RoomListened<AnyContract>, 'x'>>>().toBeAny()
  })
  test('a definition made at run time keeps its sections', () => {
    const made = defineContract({} as ContractDefinition)
    expectTypeOf<EventName<ClientToServer<typeof made>>>().toEqualTypeOf<string>()
    expectTypeOf<EmitArgs<At<ClientToServer<typeof made>, 'x'>>>().toEqualTypeOf<[data?: unknown]>()
    expectTypeOf<EventName<RoomListened<typeof made>>>().toEqualTypeOf<string>()
  })
})
