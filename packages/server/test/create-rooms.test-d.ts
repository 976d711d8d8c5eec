import {
  type ClientToServerEvents,
  defineContract,
  type Json,
  type Receipt,
  type ServerToClientEvents,
  typeOnly,
} from '@roomful/contract'
import { Server } from 'socket.io'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  createRooms,
  identity,
  type Page,
  refuse,
  type Rooms,
  type RoomsEvent,
  type RoomsOptions,
  type UserIdentity,
} from '../src/index.ts'

const chat = defineContract({
  clientToServer: { whoami: { ack: z.object({ userId: z.string() }) } },
  serverToClient: { response_event: z.object({ message: z.string() }) },
  room: {
    message: z.object({ text: z.string().min(1), tags: z.array(z.string()).default([]) }),
    reaction: { data: z.object({ emoji: z.string(), to: z.number() }) },
    length: z.string().transform((text) => text.length),
    cursor: { data: z.object({ x: z.number(), y: z.number() }), volatile: true },
    note: z.string().optional(),
    bell: {},
  },
  inbox: { alert: z.object({ text: z.string() }), ping: {} },
  user: typeOnly<{ id: string; name: string }>(),
})
const io = new Server<ClientToServerEvents<typeof chat>, ServerToClientEvents<typeof chat>>()
const authenticate = () => ({ id: '1', name: 'Ann' })
const rooms = createRooms(io, {
  contract: chat,
  authenticate,
  authorize: {
    join: ({ room, user }) => user.name !== room,
    emit: (context) => context.event === 'bell' || (context.event === 'message' && context.data.text !== ''),
  },
})

describe('claims', () => {
  test('have the type that authenticate gives to identity', () => {
    const withClaims = createRooms(io, {
      contract: chat,
      authenticate: async ({ auth }) =>
        auth['token'] ? identity({ id: '1', name: 'Ann' }, { claims: { role: 'admin' as const } }) : undefined,
      authorize: {
        join: ({ claims }) => {
          expectTypeOf(claims).toEqualTypeOf<{ role: 'admin' }>()
          return true
        },
        emit: ({ claims }) => claims.role === 'admin',
      },
    })
    expectTypeOf(withClaims).toEqualTypeOf<Rooms<typeof chat, { role: 'admin' }>>()
    withClaims.handle('message', ({ claims }) => {
      expectTypeOf(claims).toEqualTypeOf<{ role: 'admin' }>()
    })
  })

  test('are undefined without identity, or without claims', () => {
    rooms.handle('message', ({ claims }) => {
      expectTypeOf(claims).toEqualTypeOf<undefined>()
    })
    const ending = createRooms(io, {
      contract: chat,
      authenticate: () => identity({ id: '1', name: 'Ann' }, { expiresAt: 1 }),
    })
    expectTypeOf(ending).toEqualTypeOf<Rooms<typeof chat>>()
  })

  test('the user of identity is one of the contract, and one function gives claims always or never', () => {
    type Authenticate = NonNullable<RoomsOptions<typeof chat, { role: string }>['authenticate']>
    expectTypeOf<() => UserIdentity<{ id: string }, { role: string }>>().not.toExtend<Authenticate>()
    expectTypeOf<() => UserIdentity<{ id: string; name: string }, { role: string }>>().toExtend<Authenticate>()
    type Sometimes = () => { id: string; name: string } | UserIdentity<{ id: string; name: string }, { role: string }>
    expectTypeOf<Sometimes>().not.toExtend<Authenticate>()
  })
})

describe('createRooms', () => {
  test('accepts a Server or a namespace with any event maps', () => {
    expectTypeOf(createRooms(io.of('/chat'), { contract: chat, authenticate })).toEqualTypeOf<Rooms<typeof chat>>()
    createRooms(new Server(), { contract: chat, authenticate })
    // @ts-expect-error not a server
    createRooms({}, { contract: chat, authenticate })
  })

  test('authenticate returns a user of the contract, or undefined', () => {
    createRooms(io, {
      contract: chat,
      authenticate: async ({ auth }) => (auth['token'] ? { id: '1', name: 'x' } : undefined),
    })
    createRooms(io, {
      contract: chat,
      authenticate: () => {
        throw refuse('BANNED')
      },
    })
    // @ts-expect-error a user has a name and a string for an id
    createRooms(io, { contract: chat, authenticate: () => ({ id: 1 }) })
    const guests = defineContract({ room: { message: z.string() } })
    createRooms(io, {
      contract: guests,
      authorize: {
        join: ({ user }) => {
          expectTypeOf(user).toEqualTypeOf<{ readonly id: string }>()
          return true
        },
      },
    })
  })

  test('authorize.join gets the params as the contract parses them, any JSON where it has no schema', () => {
    const invited = defineContract({ join: z.object({ invite: z.string().transform(Number) }) })
    createRooms(io, {
      contract: invited,
      authorize: {
        join: ({ params }) => {
          expectTypeOf(params).toEqualTypeOf<{ invite: number }>()
          return true
        },
      },
    })
    createRooms(io, {
      contract: chat,
      authenticate,
      authorize: {
        join: ({ params }) => {
          expectTypeOf(params).toEqualTypeOf<Json | undefined>()
          return true
        },
      },
    })
  })

  test('mergePresence takes and returns the input of the presence schema', () => {
    const lobby = defineContract({
      presence: z.object({ status: z.enum(['online', 'away']), note: z.string().default('') }),
    })
    createRooms(io, {
      contract: lobby,
      mergePresence: (states) => {
        expectTypeOf(states[0]).toEqualTypeOf<{ status: 'online' | 'away'; note?: string | undefined }>()
        return states.find(({ status }) => status === 'online') ?? states[0]
      },
    })
    // @ts-expect-error not a state
    createRooms(io, { contract: lobby, mergePresence: () => ({ status: 'asleep' }) })
  })

  test('authorize.emit knows the data type of each event, also of volatile ones', () => {
    createRooms(io, {
      contract: chat,
      authenticate,
      authorize: {
        emit: (context) => {
          if (context.event === 'cursor') expectTypeOf(context.data.x).toBeNumber()
          if (context.event === 'length') expectTypeOf(context.data).toBeNumber()
          expectTypeOf(context.user).toEqualTypeOf<{ id: string; name: string }>()
          return true
        },
        // @ts-expect-error allowed or not
        join: () => 'yes',
      },
    })
  })
})

describe('rooms', () => {
  test('a handler reads the output and returns the input', () => {
    const undo = rooms.handle('message', async ({ room, event, data, user, id, senderKey, signal }) => {
      expectTypeOf(data).toEqualTypeOf<{ text: string; tags: string[] }>()
      expectTypeOf(event).toEqualTypeOf<'message'>()
      expectTypeOf(user.name).toBeString()
      expectTypeOf([room, id, senderKey]).toEqualTypeOf<string[]>()
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
      return { text: data.text.trim() }
    })
    expectTypeOf(undo).toEqualTypeOf<() => void>()
    rooms.handle('length', ({ data }) => 'x'.repeat(data))
    rooms.handle('reaction', () => {})
    rooms.handle('bell', ({ data }) => {
      expectTypeOf(data).toBeVoid()
    })
    // @ts-expect-error what travels is the input
    rooms.handle('length', () => 3)
    // @ts-expect-error returns what travels
    rooms.handle('message', () => ({ txt: '' }))
    // @ts-expect-error volatile events have no handler
    rooms.handle('cursor', () => {})
    // @ts-expect-error no event of a room
    rooms.handle('whoami', () => {})
  })

  test('the server emits the input of a schema, and volatile events only by volatile.emit', () => {
    expectTypeOf(rooms.to('general').emit('message', { text: 'hello' })).toEqualTypeOf<Promise<Receipt>>()
    void rooms.to('general').emit('bell')
    void rooms.to('general').emit('note')
    void rooms.to('general').emit('length', 'four')
    expectTypeOf(rooms.to('general').volatile.emit('cursor', { x: 1, y: 2 })).toBeVoid()
    // @ts-expect-error data missing
    void rooms.to('general').emit('message')
    // @ts-expect-error no data wanted
    void rooms.to('general').emit('bell', 1)
    // @ts-expect-error volatile only by volatile
    void rooms.to('general').emit('cursor', { x: 1, y: 2 })
    // @ts-expect-error durable is never volatile
    rooms.to('general').volatile.emit('message', { text: 'x' })
    expectTypeOf(rooms.close()).toEqualTypeOf<Promise<void>>()
  })

  test('operators get users and presence as the contract gives them out', async () => {
    const withPresence = defineContract({ ...chat.definition, presence: z.object({ status: z.string() }) })
    const seen = createRooms(io, {
      contract: withPresence,
      authenticate,
      onJoin: ({ room, user }) => void expectTypeOf([room, user.name]).toEqualTypeOf<string[]>(),
      onLeave: async ({ user }) => void expectTypeOf(user.id).toBeString(),
    })
    const [member] = await seen.members('general')
    expectTypeOf(member?.user.name).toEqualTypeOf<string | undefined>()
    expectTypeOf(member?.presence).toEqualTypeOf<{ status: string } | undefined>()
    expectTypeOf(seen.remove('general', 'ann', { code: 'SPAM', banMs: Infinity })).toEqualTypeOf<Promise<void>>()
    expectTypeOf(seen.history('general', { before: 5, limit: 2 })).toEqualTypeOf<Promise<Page>>()
    for await (const { name, members } of seen.list()) expectTypeOf([name, `${members}`]).toEqualTypeOf<string[]>()
    void seen.unban('general', 'ann')
    void seen.disconnect('ann', { code: 'RATE', after: 5_000 })
    void seen.reauthorize()
    // @ts-expect-error a ban has no end of its own
    void seen.remove('general', 'ann', { until: 5 })
    // @ts-expect-error a room is named
    void seen.members()
  })
})

test('rates are given in part, and false removes them', () => {
  const guests = defineContract({ room: { message: z.string() } })
  const limits = { rates: { publishes: { burst: 5 }, joins: false, openConnections: 9, perAddress: false } } as const
  createRooms(io, { contract: guests, limits, trustProxy: ['loopback'], rateCheck: () => ({ afterMs: 5 }) })
  createRooms(io, { contract: guests, limits: { rates: false }, trustProxy: 1, rateCheck: async () => {} })
  // @ts-expect-error no such rate
  createRooms(io, { contract: guests, limits: { rates: { emits: false } } })
  // @ts-expect-error a rate has two numbers
  createRooms(io, { contract: guests, limits: { rates: { joins: 5 } } })
  // @ts-expect-error not a number, nor a list
  createRooms(io, { contract: guests, trustProxy: true })
  expectTypeOf(createRooms(io, { contract: guests }).networkOf).returns.toEqualTypeOf<string | undefined>()
})

test('toUser emits the events of the inbox', () => {
  expectTypeOf(rooms.toUser('ann').emit('alert', { text: 'hi' })).toEqualTypeOf<Promise<Receipt>>()
  void rooms.toUser('ann').emit('ping')
  // @ts-expect-error an event of rooms
  void rooms.toUser('ann').emit('message', { text: 'hi' })
  // @ts-expect-error an event of the inbox
  void rooms.to('general').emit('alert', { text: 'hi' })
  // @ts-expect-error wrong data
  void rooms.toUser('ann').emit('alert', {})
})

test('metrics and events are plain data with known names', () => {
  expectTypeOf(rooms.metrics().publishes.stored).toEqualTypeOf<number>()
  expectTypeOf(rooms.metrics().refusals.RATE).toEqualTypeOf<number>()
  expectTypeOf(rooms.metrics().bounds.rooms).toEqualTypeOf<number>()
  expectTypeOf(rooms.metrics().commitMs.buckets[0]?.le).toEqualTypeOf<number | undefined>()
  // @ts-expect-error a name that is not counted
  void rooms.metrics().bounds.general
  expectTypeOf(rooms.isReady()).toEqualTypeOf<Promise<boolean>>()
  expectTypeOf<Extract<RoomsEvent, { readonly type: 'join' | 'leave' }>['room']>().toEqualTypeOf<string>()
})
