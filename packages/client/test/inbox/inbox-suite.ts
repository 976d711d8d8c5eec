import {
  type Client,
  createClient,
  createTimeline,
  defineContract,
  type InboxTimeline,
  plainRooms,
  roomful,
} from '@roomful/client'
import { createRooms, type Rooms } from '@roomful/server'
import { createMockServer, type MockServer } from '@roomful/testing'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { eventually } from '../support/eventually.ts'
import { soon } from '../support/test-client.ts'

const note = z.object({ text: z.string().transform((text) => text.toUpperCase()) })
const contract = defineContract({
  room: { message: z.string() },
  inbox: { note, seen: {} },
  user: z.object({ id: z.string() }),
})
const withoutInbox = defineContract({ room: { message: z.string() }, user: z.object({ id: z.string() }) })
type Chat = typeof contract

let servers = 0

interface Started {
  readonly server: MockServer
  readonly rooms: Rooms<Chat>
  /** A client of this user, which may become another one. */
  connect(user: { id?: string }): Client<Chat>
  /** The names of the rooms that the server was asked to join. */
  readonly joins: string[]
}

async function start(): Promise<Started> {
  const server = createMockServer({ url: `https://inbox-${++servers}.example` })
  const rooms = createRooms(server.io, {
    contract,
    authenticate: ({ auth }) => (typeof auth['id'] === 'string' ? { id: auth['id'] } : undefined),
  })
  const joins: string[] = []
  server.io.on('connection', (socket) =>
    socket.onAny((event: string, request: { room: string }) => event === '$join' && joins.push(request.room)),
  )
  onTestFinished(() => server.close())
  await server.listen()
  const connect = (user: { id?: string }): Client<Chat> => {
    const client = createClient({
      url: server.url,
      contract,
      auth: () => ({ ...user }),
      rooms: roomful(),
      reconnect: soon,
    })
    onTestFinished(client.close)
    return client
  }
  return { server, rooms, connect, joins }
}

function recordNotes(client: Client<Chat>): string[] {
  const notes: string[] = []
  client.inbox.on('note', ({ text }, { replayed, seq }) => notes.push(`${seq} ${text}${replayed ? ' replayed' : ''}`))
  client.inbox.on('gap', ({ reason }) => notes.push(`gap ${reason}`))
  return notes
}

const joined = (client: Client<Chat>) => eventually(() => expect(client.inbox.status).toBe('joined'))
const textsOf = (timeline: InboxTimeline<Chat, 'note'>): string[] =>
  timeline.state.getState().entries.map((entry) => (entry.kind === 'message' ? (entry.data?.text ?? '') : entry.reason))

/** The rules IN of SPEC.md, in Node and in a browser. */
export function inboxSuite(): void {
  test('IN1 two clients of a user receive what the server sends to the user, parsed and in order; another user does not', async () => {
    const { rooms, connect } = await start()
    const [one, two, bob] = [connect({ id: 'ann' }), connect({ id: 'ann' }), connect({ id: 'bob' })]
    const received = [one, two, bob].map(recordNotes)
    await Promise.all([one, two, bob].map(joined))
    for (const text of ['a', 'b']) await rooms.toUser('ann').emit('note', { text })
    await rooms.toUser('bob').emit('note', { text: 'for bob' })
    await eventually(() => expect(received).toEqual([['1 A', '2 B'], ['1 A', '2 B'], ['1 FOR BOB']]))
  })

  test('IN1 is joined from the first connection on where the contract has an inbox, and what was missed is replayed', async () => {
    const { server, rooms, connect, joins } = await start()
    const client = connect({ id: 'ann' })
    await client.connect()
    await eventually(() => expect(joins).toEqual(['$inbox']))
    const notes = recordNotes(client)
    await joined(client)
    await rooms.toUser('ann').emit('note', { text: 'a' })
    await eventually(() => expect(notes).toEqual(['1 A']))
    server.offline()
    await rooms.toUser('ann').emit('note', { text: 'b' })
    await rooms.toUser('ann').emit('note', { text: 'c' })
    server.online()
    await eventually(() => expect(notes).toEqual(['1 A', '2 B replayed', '3 C replayed']))
  })

  test('IN2 a new page begins at the head, and reads older messages with history and with a timeline', async () => {
    const { rooms, connect, joins } = await start()
    for (const text of ['a', 'b', 'c']) await rooms.toUser('ann').emit('note', { text })
    await rooms.toUser('ann').emit('seen')
    const client = connect({ id: 'ann' })
    const notes = recordNotes(client)
    const timeline = createTimeline(client.inbox, 'note', { initial: 2 })
    onTestFinished(timeline.close)
    await joined(client)
    await eventually(() => expect(timeline.state.getState().status).toBe('ready'))
    expect(textsOf(timeline).at(-1)).toBe('C')
    await timeline.loadOlder()
    await rooms.toUser('ann').emit('note', { text: 'd' })
    await eventually(() => expect(textsOf(timeline)).toEqual(['A', 'B', 'C', 'D']))
    const { messages, more } = await client.inbox.history({ limit: 3 })
    expect([messages.map(({ event, data }) => [event, data]), more]).toEqual([
      [
        ['note', { text: 'C' }],
        ['seen', undefined],
        ['note', { text: 'D' }],
      ],
      true,
    ])
    expect(notes).toEqual(['5 D'])
    expect(joins).toEqual(['$inbox'])
  })

  test('IN3 another user on the same client begins with nothing of the first', async () => {
    const { rooms, connect } = await start()
    const user = { id: 'ann' }
    const client = connect(user)
    const notes = recordNotes(client)
    const timeline = createTimeline(client.inbox, 'note', { initial: 10 })
    onTestFinished(timeline.close)
    await joined(client)
    await rooms.toUser('ann').emit('note', { text: 'for Ann' })
    await eventually(() => expect(textsOf(timeline)).toEqual(['FOR ANN']))
    client.disconnect()
    user.id = 'bob'
    await rooms.toUser('bob').emit('note', { text: 'before' })
    await client.connect()
    await joined(client)
    await rooms.toUser('ann').emit('note', { text: 'again for Ann' })
    await rooms.toUser('bob').emit('note', { text: 'for Bob' })
    await eventually(() => expect(notes).toEqual(['1 FOR ANN', '2 FOR BOB']))
    await eventually(() => expect(textsOf(timeline)).toEqual(['BEFORE', 'FOR BOB']))
  })

  test('IN4 fails with UNSUPPORTED for a client without a user, and is joined once it has one', async () => {
    const { rooms, connect, joins } = await start()
    const user: { id?: string } = {}
    const client = connect(user)
    const notes = recordNotes(client)
    await eventually(() => expect(client.inbox.status).toBe('failed'))
    expect(client.inbox.state.getState().error).toMatchObject({
      code: 'UNSUPPORTED',
      message: 'the server has no inbox for this user',
    })
    expect([client.status, joins]).toEqual(['connected', []])
    client.disconnect()
    user.id = 'ann'
    await client.connect()
    await joined(client)
    await rooms.toUser('ann').emit('note', { text: 'a' })
    await eventually(() => expect(notes).toEqual(['1 A']))
  })

  test('IN4 fails with UNSUPPORTED with plainRooms(), where $inbox is a name like any other', async () => {
    const { server } = await start()
    const client = createClient({ url: server.url, rooms: plainRooms({ join: false }) })
    onTestFinished(client.close)
    await client.join('$inbox')
    expect(client.room('$inbox').status).toBe('joined')
    client.inbox.on('note', () => {})
    expect(client.inbox.state.getState()).toMatchObject({
      status: 'failed',
      error: { code: 'UNSUPPORTED', message: 'client.inbox needs roomful()' },
    })
    await expect(client.inbox.history()).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })

  test('IN1 a client whose contract has no inbox joins it when it uses it, and not before', async () => {
    const { server, rooms, joins } = await start()
    const options = { url: server.url, auth: { id: 'ann' }, rooms: roomful(), reconnect: soon }
    const typed = createClient({ ...options, contract: withoutInbox })
    const untyped = createClient(options)
    for (const client of [typed, untyped]) onTestFinished(client.close)
    await Promise.all([typed.connect(), untyped.connect()])
    await untyped.join('general')
    expect(joins).toEqual(['general'])
    const heard: unknown[] = []
    untyped.inbox.on('note', (data) => heard.push(data))
    await eventually(() => expect(untyped.inbox.status).toBe('joined'))
    await rooms.toUser('ann').emit('note', { text: 'a' })
    await eventually(() => expect(heard).toEqual([{ text: 'a' }]))
    expect(joins).toEqual(['general', '$inbox'])
  })

  test('IN5 has what a room has for reading only, and the same object each time', async () => {
    const { connect } = await start()
    const client = connect({ id: 'ann' })
    expect(client.inbox).toBe(client.inbox)
    expect(Object.keys(client.inbox).toSorted()).toEqual(['history', 'name', 'on', 'state', 'status'])
    expect(() => client.inbox.on('message' as 'note', () => {})).toThrow(
      'unknown event "message": the contract\'s inbox events are note, seen',
    )
    await expect(client.join('$inbox')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await joined(client)
    expect(client.inbox).not.toBe(client.room('$inbox'))
  })
}
