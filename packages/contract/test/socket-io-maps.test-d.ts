import type {
  AckedName,
  AckOut,
  At,
  ClientToServer,
  ClientToServerEvents,
  DataIn,
  DataOut,
  DurableName,
  EmitArgs,
  EventName,
  EventsMap,
  HandlerArgs,
  JoinParams,
  Json,
  Presence,
  RoomEmitted,
  RoomListened,
  ServerToClient,
  SocketIoContract,
  User,
  VolatileName,
} from '@roomful/contract'
import type { DefaultEventsMap } from 'socket.io'
import { describe, expectTypeOf, test } from 'vitest'
import type { Surface } from './support/surface.ts'

interface ServerToClientMap {
  noArg: () => void
  basic: (a: number, b: string, c: string) => void
  asks: (question: string, ack: (yes: boolean) => void) => void
  untyped: (data: any) => void
  message: (message: { room: string; text: string }) => void
}
interface ClientToServerMap {
  hello: () => void
  add: (a: number, b: number, ack: (sum: number) => void) => void
  tuple: (ack: (a: string, b: number) => void) => void
  none: (ack: () => void) => void
  maybe: (data: string, ack?: (ok: boolean) => void) => void
  perhaps: (ack: (ok?: boolean) => void) => void
  whatever: (ack: (...args: any[]) => void) => void
  untyped: (data: any) => void
  open: (...args: any[]) => void
  numbers: (...args: number[]) => void
  optional: (a?: string) => void
  message: (message: { room: string; text: string }) => void
  draft: (message?: { room: string; text: string }) => void
  shape: (shape: { room: string; kind: 'circle'; r: number } | { room: string; kind: 'point' }) => void
  with_ack: (message: { room: string; text: string }, ack: (ok: boolean) => void) => void
}
type Maps = SocketIoContract<ServerToClientMap, ClientToServerMap>
declare const surface: Surface<Maps>

describe("Socket.IO's interface maps as they are", () => {
  test('emit takes the arguments without the ack', () => {
    surface.emit('hello')
    surface.emit('optional')
    surface.emit('optional', 'x')
    surface.emit('maybe', 'x')
    surface.emit('numbers', 1, 2, 3)
    surface.emit('message', { room: 'a', text: 'b' })
    // @ts-expect-error no argument
    surface.emit('hello', 1)
    // @ts-expect-error unknown event
    surface.emit('helo')
    // @ts-expect-error the argument is missing, though it may be anything
    surface.emit('untyped')
    expectTypeOf<EmitArgs<ClientToServer<Maps>['add']>>().toEqualTypeOf<[a: number, b: number]>()
    expectTypeOf<EmitArgs<ClientToServer<Maps>['maybe']>>().toEqualTypeOf<[data: string]>()
  })
  test('an ack of no, one or several values', () => {
    expectTypeOf(surface.emitWithAck('add', 1, 2)).resolves.toEqualTypeOf<number>()
    expectTypeOf(surface.emitWithAck('tuple')).resolves.toEqualTypeOf<[a: string, b: number]>()
    expectTypeOf(surface.emitWithAck('none')).resolves.toEqualTypeOf<void>()
    expectTypeOf(surface.emitWithAck('maybe', 'x')).resolves.toEqualTypeOf<boolean>()
    expectTypeOf(surface.emitWithAck('perhaps')).resolves.toEqualTypeOf<boolean | undefined>()
    expectTypeOf(surface.emitWithAck('whatever')).resolves.toBeAny()
    // @ts-expect-error no ack
    void surface.emitWithAck('hello')
    // @ts-expect-error data of type any is no ack
    void surface.emitWithAck('untyped', 1)
    // @ts-expect-error types of arguments
    void surface.emitWithAck('add', 1, '2')
  })
  test('an open listener may well answer', () => {
    surface.emit('open', 1, 'b', {})
    expectTypeOf(surface.emitWithAck('open', 1)).resolves.toBeAny()
    // @ts-expect-error numbers are no ack
    void surface.emitWithAck('numbers', 1)
  })
  test('handlers get every argument, the ack too', () => {
    surface.on('noArg', (...args) => expectTypeOf(args).toEqualTypeOf<[]>())
    surface.on('basic', (...args) => expectTypeOf(args).toEqualTypeOf<[a: number, b: string, c: string]>())
    surface.on('asks', (question, ack) => {
      expectTypeOf(question).toEqualTypeOf<string>()
      ack(true)
    })
    expectTypeOf<HandlerArgs<ServerToClient<Maps>['untyped']>>().toEqualTypeOf<[data: any]>()
  })
})

describe('rooms over interface maps', () => {
  test('what is said leaves the room out, since it is added', () => {
    surface.room.emit('message', { text: 'b' })
    surface.room.emitVolatile('message', { text: 'b' })
    surface.room.emit('hello')
    surface.room.emit('draft')
    surface.room.emit('shape', { kind: 'circle', r: 1 })
    surface.room.emit('shape', { kind: 'point' })
    surface.room.emit('with_ack', { text: 'b' })
    // @ts-expect-error the room is known
    surface.room.emit('message', { text: 'b', room: 'a' })
    // @ts-expect-error each kind has its own keys
    surface.room.emit('shape', { kind: 'circle' })
    // @ts-expect-error no data wanted
    surface.room.emit('hello', 1)
    expectTypeOf<DataIn<RoomEmitted<Maps>['none']>>().toEqualTypeOf<undefined>()
  })
  test('what is heard has it', () => {
    surface.room.on('message', (data) => expectTypeOf(data).toEqualTypeOf<{ room: string; text: string }>())
    expectTypeOf<DataOut<RoomListened<Maps>['asks']>>().toEqualTypeOf<string>()
  })
  test('every event may be sent either way', () => {
    expectTypeOf<DurableName<RoomEmitted<Maps>>>().toEqualTypeOf<keyof ClientToServerMap>()
    expectTypeOf<VolatileName<RoomEmitted<Maps>>>().toEqualTypeOf<keyof ClientToServerMap>()
  })
  test('users have an id, presence and join params are any JSON', () => {
    expectTypeOf<User<Maps>>().toEqualTypeOf<{ readonly id: string }>()
    expectTypeOf<Presence<Maps>>().toEqualTypeOf<Json>()
    expectTypeOf<JoinParams<Maps>>().toEqualTypeOf<Json | undefined>()
  })
})

test('maps and back again', () => {
  expectTypeOf<ClientToServerEvents<Maps>>().toEqualTypeOf<ClientToServerMap>()
})

describe('no types at all', () => {
  test("the SDK's untyped map", () => {
    type Event = At<ClientToServer<SocketIoContract<EventsMap, EventsMap>>, 'x'>
    expectTypeOf<EventName<ClientToServer<SocketIoContract<EventsMap, EventsMap>>>>().toEqualTypeOf<string>()
    expectTypeOf<EmitArgs<Event>>().toEqualTypeOf<any[]>()
    expectTypeOf<HandlerArgs<Event>>().toEqualTypeOf<any[]>()
    expectTypeOf<AckOut<Event>>().toBeAny()
    expectTypeOf<DataIn<Event>>().toBeAny()
  })
  test("Socket.IO's own default map", () => {
    type Loose = SocketIoContract<DefaultEventsMap, DefaultEventsMap>
    expectTypeOf<AckedName<ClientToServer<Loose>>>().toEqualTypeOf<string>()
    expectTypeOf<EmitArgs<At<ClientToServer<Loose>, 'x'>>>().toEqualTypeOf<any[]>()
    expectTypeOf<DataIn<At<RoomEmitted<Loose>, 'x'>>>().toBeAny()
  })
})
