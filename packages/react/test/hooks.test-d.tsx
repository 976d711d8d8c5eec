import {
  createClient,
  defineContract,
  type Client,
  type MessageMeta,
  type Room,
  type RoomfulError,
} from '@roomful/client'
import { createHooks } from '@roomful/react'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'

const chat = defineContract({
  clientToServer: { ping: {}, message: z.string(), whoami: { ack: z.object({ userId: z.string() }) } },
  serverToClient: { response_event: z.object({ message: z.string() }), tick: {} },
  room: {
    message: z.object({ text: z.string(), tags: z.array(z.string()).default([]) }),
    cursor: { data: z.object({ x: z.number() }), volatile: true },
  },
  user: z.object({ id: z.string(), name: z.string() }),
})
const client = createClient({ url: 'http://localhost', contract: chat })
const noMessage = createClient({ url: 'http://localhost', contract: defineContract({ clientToServer: { a: {} } }) })
const { RoomfulProvider, useClient, useSocket, useRoom, useEvent } = createHooks(client)

test('useSocket narrows by its status, and its actions are the contract’s', () => {
  const { status, reason, emit, send, emitWithAck, client: own, ...facts } = useSocket()
  expectTypeOf(own).toEqualTypeOf<Client<typeof chat>>()
  expectTypeOf(useClient()).toEqualTypeOf<Client<typeof chat>>()
  if (status === 'reconnecting') expectTypeOf(reason).toEqualTypeOf<'offline' | 'transport' | 'server' | 'auth'>()
  if (status === 'disconnected') expectTypeOf(reason).toEqualTypeOf<'client' | 'kicked' | 'refused' | 'exhausted'>()
  const socket = useSocket()
  if (socket.status === 'connected') expectTypeOf(socket.user).toEqualTypeOf<{ id: string; name: string } | undefined>()
  emit('ping')
  send('hello')
  expectTypeOf(emitWithAck('whoami')).resolves.toEqualTypeOf<{ userId: string }>()
  // @ts-expect-error no such event
  emit('pong')
  void facts
})

test('useRoom has a room where it is given a name, and none where there is none', () => {
  const { room, status, error, send } = useRoom('general')
  expectTypeOf(room).toEqualTypeOf<Room<typeof chat>>()
  if (status === 'failed') expectTypeOf(error).toEqualTypeOf<RoomfulError>()
  void send({ text: 'hello' })
  const maybe = useRoom('general' as string | null)
  expectTypeOf(maybe.room).toEqualTypeOf<Room<typeof chat> | undefined>()
  if (maybe.room) void maybe.send({ text: 'narrowed' })
  // @ts-expect-error there may be no room
  void maybe.send({ text: 'not narrowed' })
})

test('useEvent knows the events of the client and of a room', () => {
  const { room } = useRoom('general' as string | null)
  useEvent('response_event', (data) => expectTypeOf(data).toEqualTypeOf<{ message: string }>())
  useEvent('tick', (...args) => expectTypeOf(args).toEqualTypeOf<[]>())
  useEvent(room, 'message', (data, meta) => {
    expectTypeOf(data).toEqualTypeOf<{ text: string; tags: string[] }>()
    expectTypeOf(meta).toEqualTypeOf<MessageMeta<typeof chat>>()
  })
  useEvent(room, 'gap', ({ from }) => expectTypeOf(from).toEqualTypeOf<number | undefined>())
  // @ts-expect-error no such event
  useEvent('respons_event', () => {})
  // @ts-expect-error no such event in a room
  useEvent(room, 'mesage', () => {})
})

test('createHooks<typeof contract>() takes its client from the provider, and no other contract’s', () => {
  const hooks = createHooks<typeof chat>()
  expectTypeOf(hooks).toEqualTypeOf<ReturnType<typeof createHooks<typeof chat>>>()
  void (<hooks.RoomfulProvider client={client} />)
  void (<RoomfulProvider client={client} />)
  // @ts-expect-error another contract's client
  void (<hooks.RoomfulProvider client={noMessage} />)
})

test('hooks for Socket.IO’s own maps, and for no types at all', () => {
  interface ServerToClient {
    basic: (a: number, b: string) => void
    message: (message: { room: string; text: string }) => void
  }
  interface ClientToServer {
    hello: () => void
  }
  const maps = createHooks(createClient<ServerToClient, ClientToServer>({ url: 'http://localhost' }))
  maps.useSocket().emit('hello')
  maps.useEvent('basic', (a, b) => expectTypeOf([a, b] as const).toEqualTypeOf<readonly [number, string]>())
  maps.useEvent(maps.useRoom('a').room, 'message', ({ text }) => expectTypeOf(text).toEqualTypeOf<string>())

  const loose = createHooks(createClient({ url: 'http://localhost' }))
  const { room, send } = loose.useRoom('general')
  loose.useEvent('anything', (a, b) => expectTypeOf([a, b]).toEqualTypeOf<any[]>())
  loose.useEvent(room, 'anything', (data) => expectTypeOf(data).toBeAny())
  void send('x')
})
