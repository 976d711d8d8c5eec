import {
  createClient,
  defineContract,
  type Client,
  type Gap,
  type List,
  type Member,
  type KeyedEvents,
  type MessageMeta,
  type OutboxStatus,
  type Receipt,
  type Room,
  type RoomfulError,
  type TimelineEntry,
} from '@roomful/client'
import {
  clientHooks,
  createHooks,
  useConnection as usePlainConnection,
  useEvent as usePlainEvent,
  useRoom as usePlainRoom,
  useSocket as usePlainSocket,
  useEmitWithAck,
  useEventBuffer,
  useEventReducer,
  useKeyedEvents,
  useLostConnection,
  useMembers,
  useOthers,
  useOutbox,
  usePresence,
  useSelf,
  useTimeline,
  useTyping,
  useUnsentGuard,
} from '@roomful/react'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'

const chat = defineContract({
  inbox: { note: z.object({ text: z.string() }) },
  clientToServer: { ping: {}, message: z.string(), whoami: { ack: z.object({ userId: z.string() }) } },
  serverToClient: {
    response_event: z.object({ message: z.string() }),
    tick: {},
    question: { data: z.string(), ack: z.number() },
  },
  room: {
    message: z.object({ text: z.string(), tags: z.array(z.string()).default([]) }),
    cursor: { data: z.object({ x: z.number() }), volatile: true },
  },
  user: z.object({ id: z.string(), name: z.string() }),
  presence: z.object({ status: z.enum(['online', 'away']), since: z.number().default(0) }),
})
type Chat = typeof chat
const client = createClient({ url: 'http://localhost', contract: chat })
const noMessage = createClient({ url: 'http://localhost', contract: defineContract({ clientToServer: { a: {} } }) })
const { RoomfulProvider, useClient, useSocket, useConnection, useRoom, useEvent } = createHooks(client)

test('useSocket is narrowed by its status, and its calls take the events of the contract', () => {
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

test('useRoom has a room for a string, and maybe none for null or undefined', () => {
  const { room, status, error, send } = useRoom('general')
  expectTypeOf(room).toEqualTypeOf<Room<typeof chat>>()
  if (status === 'failed') expectTypeOf(error).toEqualTypeOf<RoomfulError>()
  void send({ text: 'hello' })
  const maybe = useRoom('general' as string | null)
  expectTypeOf(maybe.room).toEqualTypeOf<Room<typeof chat> | undefined>()
  // Without a room the calls are there, and reject.
  expectTypeOf(maybe.send({ text: 'hello' })).resolves.toEqualTypeOf<Receipt>()
  // @ts-expect-error the event has other data
  void maybe.emit('message', { txt: 'hello' })
  expectTypeOf(maybe.retry).toEqualTypeOf<() => void>()
  useRoom('general', { params: { key: 'k' }, client }).retry()
})

test('useRoom takes the params of the contract’s `join`; any JSON without one', () => {
  const paid = defineContract({ join: z.object({ key: z.string() }) })
  const members = createClient({ url: 'http://localhost', contract: paid })
  const hooks = createHooks(members)
  expectTypeOf(hooks.useRoom('general', { params: { key: 'k' } }).room).toEqualTypeOf<Room<typeof paid>>()
  usePlainRoom(members, 'general', { params: { key: 'k' } }).retry()
  // @ts-expect-error another key
  hooks.useRoom('general', { params: { kay: 'k' } })
  // @ts-expect-error another key
  usePlainRoom(members, 'general' as string | null, { params: { kay: 'k' } })
  useRoom('general', { params: ['k', { n: 1 }] })
  expectTypeOf(useRoom(42).room.name).toEqualTypeOf<string | number>()
  // @ts-expect-error not JSON
  useRoom('general', { params: () => 'k' })
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
  useEvent('question', (text) => text.length)
  useEvent('question', async () => 1)
  useEvent('question', () => {})
  // @ts-expect-error no answer of the contract
  useEvent('question', (text) => text)
  // @ts-expect-error no such event
  useEvent('respons_event', () => {})
  // @ts-expect-error no such event in a room
  useEvent(room, 'mesage', () => {})
})

test('createHooks<typeof contract>() takes a client of that contract from the provider', () => {
  const hooks = createHooks<typeof chat>()
  expectTypeOf(hooks).toEqualTypeOf<ReturnType<typeof createHooks<typeof chat>>>()
  void (<hooks.RoomfulProvider client={client} />)
  void (<RoomfulProvider client={client} />)
  // @ts-expect-error another contract's client
  void (<hooks.RoomfulProvider client={noMessage} />)
})

test('createHooks takes a client with Socket.IO’s own maps, and one without types', () => {
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

test('useConnection returns the state, or the result of the selector', () => {
  expectTypeOf(useConnection().status).toEqualTypeOf<
    'idle' | 'connecting' | 'connected' | 'reconnecting' | 'disconnected'
  >()
  const isHere = useConnection((state) => {
    if (state.status === 'connected') expectTypeOf(state.user?.name).toEqualTypeOf<string | undefined>()
    return state.status === 'connected'
  })
  expectTypeOf(isHere).toEqualTypeOf<boolean>()
  useConnection((state) => [state.status], { isEqual: (a, b) => a[0] === b[0], client })
  // @ts-expect-error another contract's client
  useConnection(undefined, { client: noMessage })
  expectTypeOf(useLostConnection(client, { lostAfterMs: 1_000 })).toEqualTypeOf<'lost' | 'restored' | undefined>()
  expectTypeOf(useOutbox(client)).toEqualTypeOf<OutboxStatus>()
  expectTypeOf(useOutbox(client, ({ queued }) => queued, { isEqual: Object.is })).toEqualTypeOf<number>()
  useUnsentGuard(client)
})

test('the hooks of createHooks take another client of the same contract', () => {
  useSocket({ client }).emit('ping')
  expectTypeOf(useRoom('general', { client }).room).toEqualTypeOf<Room<Chat>>()
  expectTypeOf(useClient({ client })).toEqualTypeOf<Client<Chat>>()
  useEvent(client, 'response_event', (data) => expectTypeOf(data).toEqualTypeOf<{ message: string }>())
  // @ts-expect-error no such event of the client
  useEvent(client, 'message', () => {})
})

test('each hook of createHooks is also an export that takes the client first', () => {
  expectTypeOf(usePlainSocket(client)).toEqualTypeOf<ReturnType<typeof useSocket>>()
  expectTypeOf(usePlainConnection(client).status).toEqualTypeOf<Client['status']>()
  expectTypeOf(usePlainConnection(client, ({ status }) => [status], { isEqual: () => true })).toBeArray()
  expectTypeOf(usePlainRoom(client, 'general', { params: 1 }).room).toEqualTypeOf<Room<Chat>>()
  expectTypeOf(usePlainRoom(client, null).room).toEqualTypeOf<Room<Chat> | undefined>()
  usePlainEvent(client, 'response_event', (data) => expectTypeOf(data).toEqualTypeOf<{ message: string }>())
  usePlainEvent(null as Room<Chat> | null, 'message', ({ text }) => expectTypeOf(text).toEqualTypeOf<string>())
  // @ts-expect-error no such event of the client
  usePlainEvent(client, 'message', () => {})
})

test('createHooks(client, clientHooks) binds every hook that takes a client', () => {
  const hooks = createHooks(client, clientHooks)
  expectTypeOf(createHooks<Chat>(undefined, clientHooks)).toEqualTypeOf(hooks)
  const { room } = hooks.useRoom('general' as string | null)
  expectTypeOf(hooks.useOutbox()).toEqualTypeOf<OutboxStatus>()
  expectTypeOf(hooks.useOutbox(({ queued }) => queued, { client })).toEqualTypeOf<number>()
  hooks.useUnsentGuard()
  expectTypeOf(hooks.useLostConnection({ lostAfterMs: 1_000, client })).toEqualTypeOf<'lost' | 'restored' | undefined>()
  const { emitWithAck } = hooks.useEmitWithAck('whoami', { timeoutMs: 1_000, client })
  expectTypeOf(emitWithAck).toEqualTypeOf<() => Promise<{ userId: string }>>()
  expectTypeOf(hooks.useEventBuffer('response_event').events).toEqualTypeOf<readonly { message: string }[]>()
  expectTypeOf(hooks.useEventBuffer(client, 'tick').events).toEqualTypeOf<readonly undefined[]>()
  expectTypeOf(hooks.useEventBuffer(room, 'gap').events).toEqualTypeOf<readonly Gap[]>()
  const replies = hooks.useKeyedEvents('response_event', ({ message }) => message.length)
  expectTypeOf(replies).toEqualTypeOf<KeyedEvents<number, [data: { message: string }]>>()
  expectTypeOf(hooks.useEventReducer(replies, 5, (_, { message }) => message, '')).toEqualTypeOf<string>()
  hooks.useEvent(replies, 5, ({ message }) => expectTypeOf(message).toEqualTypeOf<string>())
  const texts = useKeyedEvents(null as Room<Chat> | null, 'message', ({ text }) => text)
  useEvent(texts, 'hi', ({ text }, { seq }) =>
    expectTypeOf([text, seq]).toEqualTypeOf<(string | number | undefined)[]>(),
  )
  // @ts-expect-error the key is a text
  useEvent(texts, 5, () => {})
  // @ts-expect-error no such event of a room
  useKeyedEvents(room, 'mesage', () => 1)
  expectTypeOf(hooks.useEventReducer('tick', (n) => n + 1, 0)).toEqualTypeOf<number>()
  expectTypeOf(hooks.useEventReducer(client, 'response_event', (_, { message }) => message, '')).toEqualTypeOf<string>()
  expectTypeOf(hooks.useEventReducer(room, 'message', (_, { text }) => text, '')).toEqualTypeOf<string>()
  // @ts-expect-error the event has no ack
  hooks.useEmitWithAck('ping')
  // @ts-expect-error another contract's client
  hooks.useUnsentGuard({ client: noMessage })
})

test('useEventReducer knows the events of a client and of a room, and its state', () => {
  const { room } = useRoom('general' as string | null)
  const count = useEventReducer(
    room,
    'message',
    (state, data, meta) => {
      expectTypeOf(state).toEqualTypeOf<number>()
      expectTypeOf(data).toEqualTypeOf<{ text: string; tags: string[] }>()
      expectTypeOf(meta).toEqualTypeOf<MessageMeta<Chat>>()
      return state + 1
    },
    0,
  )
  expectTypeOf(count).toEqualTypeOf<number>()
  const last = useEventReducer(client, 'response_event', (_, { message }) => message, undefined as string | undefined, {
    isEqual: (a, b) => a === b,
  })
  expectTypeOf(last).toEqualTypeOf<string | undefined>()
  useEventReducer(client, 'tick', (state) => state + 1, 0)
  useEventReducer(room, 'gap', (state, { reason }) => `${state}${reason}`, '')
  // @ts-expect-error no such event in the room
  useEventReducer(room, 'mesage', (state) => state, 0)
  // @ts-expect-error the reducer returns another type
  useEventReducer(client, 'tick', () => 'one', 0)
})

test('useEventBuffer has the data of a client’s event, and data and meta of a room’s', () => {
  const { room } = useRoom('general' as string | null)
  type Message = { readonly data: { text: string; tags: string[] }; readonly meta: MessageMeta<Chat> }
  expectTypeOf(useEventBuffer(room, 'message', { max: 10 }).events).toEqualTypeOf<readonly Message[]>()
  expectTypeOf(useEventBuffer(room, 'gap').events).toEqualTypeOf<readonly Gap[]>()
  const { events, dropped, clear } = useEventBuffer(client, 'response_event', { flush: 100, overflow: 'newest' })
  expectTypeOf(events).toEqualTypeOf<readonly { message: string }[]>()
  expectTypeOf(dropped).toEqualTypeOf<number>()
  clear()
  expectTypeOf(useEventBuffer(client, 'tick').events).toEqualTypeOf<readonly undefined[]>()
  // At run time, a client is told from a room by the name.
  expectTypeOf(room).exclude<undefined>().toHaveProperty('name')
  expectTypeOf(client).not.toHaveProperty('name')
  // @ts-expect-error no such event in the room
  useEventBuffer(room, 'mesage')
  // @ts-expect-error no such flush
  useEventBuffer(client, 'tick', { flush: 'raf' })
})

test('members, presence and typing have the types of the contract', () => {
  const { room } = useRoom('general' as string | null)
  expectTypeOf(useMembers(room)).toEqualTypeOf<ReadonlyMap<string, Member<Chat>>>()
  expectTypeOf(useMembers(room, ({ size }) => size)).toEqualTypeOf<number>()
  expectTypeOf(useOthers(room)).toEqualTypeOf<ReadonlyMap<string, Member<Chat>>>()
  const names = useOthers(room, (others) => [...others.values()].map(({ user }) => user.name), {
    isEqual: (a, b) => a.join() === b.join(),
  })
  expectTypeOf(names).toEqualTypeOf<string[]>()
  expectTypeOf(useSelf(room)).toEqualTypeOf<Member<Chat> | undefined>()
  useSelf(room, (self) => [self?.user.id], { isEqual: (a, b) => a[0] === b[0] })
  expectTypeOf(useSelf(room, (self) => self?.presence?.status)).toEqualTypeOf<'online' | 'away' | undefined>()
  const { presence, error, set, clear } = usePresence(room)
  expectTypeOf(presence).toEqualTypeOf<{ status: 'online' | 'away'; since: number } | undefined>()
  expectTypeOf(error).toEqualTypeOf<RoomfulError | undefined>()
  set({ status: 'away' })
  clear()
  // @ts-expect-error no such status
  set({ status: 'busy' })
  const { typing, keystroke, stop } = useTyping(room)
  expectTypeOf(typing).toEqualTypeOf<readonly { id: string; name: string }[]>()
  keystroke()
  stop()
})

test('useTimeline sends and lists one event of the room', () => {
  const { room } = useRoom('general' as string | null)
  const { entries, status, hasOlder, hasNewer, send, retry, discard, loadOlder, loadNewer, loadLatest } = useTimeline(
    room,
    'message',
    { initial: 50, max: 500, keepMs: 0 },
  )
  useTimeline(null as Room<Chat> | null, 'message')
  type Entry = TimelineEntry<{ text: string; tags: string[] }, { id: string; name: string }>
  expectTypeOf(entries).toEqualTypeOf<List<Entry>>()
  expectTypeOf(status).toEqualTypeOf<'loading' | 'ready' | 'failed'>()
  expectTypeOf(hasOlder).toEqualTypeOf<boolean | undefined>()
  expectTypeOf(hasNewer).toEqualTypeOf<boolean>()
  expectTypeOf(send({ text: 'hi' })).resolves.toEqualTypeOf<Receipt>()
  expectTypeOf(retry('1')).resolves.toEqualTypeOf<Receipt>()
  expectTypeOf(discard('1')).toEqualTypeOf<boolean>()
  for (const load of [loadOlder, loadNewer]) void load(50)
  void loadLatest()
  // @ts-expect-error volatile events have no timeline
  useTimeline(room, 'cursor')
})

test('useEmitWithAck takes the data and returns the answer of the contract', () => {
  const { emitWithAck, reset, isPending, error, data } = useEmitWithAck(client, 'whoami', { timeoutMs: 1_000 })
  reset()
  expectTypeOf(emitWithAck).toEqualTypeOf<() => Promise<{ userId: string }>>()
  expectTypeOf(isPending).toEqualTypeOf<boolean>()
  expectTypeOf(error).toEqualTypeOf<Error | undefined>()
  expectTypeOf(data).toEqualTypeOf<{ userId: string } | undefined>()
  // @ts-expect-error the event has no ack
  useEmitWithAck(client, 'ping')
})

test('the other hooks take Socket.IO’s own maps, and no types', () => {
  interface ServerToClient {
    basic: (a: number, b: string) => void
    message: (message: { room: string; text: string }) => void
  }
  interface ClientToServer {
    message: (message: { room: string; text: string }) => void
    whoami: (name: string, answer: (id: string) => void) => void
  }
  const maps = createClient<ServerToClient, ClientToServer>({ url: 'http://localhost' })
  useEventReducer(maps, 'basic', (state, a, b) => `${state}${a.toFixed()}${b.trim()}`, '')
  expectTypeOf(useEventBuffer(maps, 'basic').events).toEqualTypeOf<readonly [a: number, b: string][]>()
  expectTypeOf(useEmitWithAck(maps, 'whoami').emitWithAck).toEqualTypeOf<(name: string) => Promise<string>>()
  const { entries } = useTimeline(maps.room('general'), 'message')
  const [first] = entries
  if (first?.kind === 'message' && !first.isRedacted) expectTypeOf(first.data.text).toEqualTypeOf<string>()

  const loose = createClient({ url: 'http://localhost' })
  expectTypeOf(useEventBuffer(loose, 'anything').events).toEqualTypeOf<readonly any[]>()
  useEventReducer(
    loose.room('general'),
    'anything',
    (state, data) => {
      expectTypeOf(data).toBeAny()
      return state
    },
    0,
  )
  void useEmitWithAck(loose, 'anything').emitWithAck(1, 2)
})

test("hooks over the user's inbox have the events of the contract's inbox", () => {
  const { inbox } = createClient({ url: 'http://localhost', contract: chat })
  const { useEvent } = createHooks<typeof chat>()
  function Shown() {
    useEvent(inbox, 'note', (data) => expectTypeOf(data).toEqualTypeOf<{ text: string }>())
    usePlainEvent(inbox, 'note', (data, meta) => {
      expectTypeOf(data).toEqualTypeOf<{ text: string }>()
      expectTypeOf(meta).toEqualTypeOf<MessageMeta<typeof chat>>()
    })
    usePlainEvent(inbox, 'gap', (gap) => expectTypeOf(gap).toEqualTypeOf<Gap>())
    // @ts-expect-error an event of rooms
    usePlainEvent(inbox, 'message', () => {})
    const { events } = useEventBuffer(inbox, 'note')
    expectTypeOf(events[0]?.data).toEqualTypeOf<{ text: string } | undefined>()
    const count = useEventReducer(inbox, 'note', (sum: number, { text }) => sum + text.length, 0)
    expectTypeOf(count).toEqualTypeOf<number>()
    const timeline = useTimeline(inbox, 'note', { initial: 20 })
    for (const entry of timeline.entries)
      if (entry.kind === 'message' && !entry.isRedacted) expectTypeOf(entry.data).toEqualTypeOf<{ text: string }>()
    expectTypeOf(timeline).not.toHaveProperty('send')
    // @ts-expect-error an event of rooms
    useTimeline(inbox, 'message')
    return null
  }
  expectTypeOf(Shown).toBeFunction()
})
