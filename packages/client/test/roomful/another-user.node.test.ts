import {
  type Client,
  createClient,
  createPresence,
  createTimeline,
  createTyping,
  defineContract,
  type InspectEvent,
  roomful,
  RoomfulError,
  type Timeline,
} from '@roomful/client'
import { createRooms, memoryLog } from '@roomful/server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { eventually } from '../support/eventually.ts'
import { recordInspect, rejection, soon } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

const contract = defineContract({
  clientToServer: { note: z.string(), question: { data: z.string(), ack: z.string() } },
  room: { message: z.string() },
  user: z.object({ id: z.string() }),
  presence: z.string(),
  join: z.object({ invite: z.string() }).optional(),
})
type Chat = typeof contract

/** A server whose private rooms admit only the users in their names, such as `dm:ada:bob`, and a client whose user changes. */
async function startChat() {
  const joins: string[] = []
  const events: string[] = []
  const log = memoryLog()
  const server = await startServer({
    configure: (io) => {
      createRooms(io, {
        contract,
        log,
        authenticate: ({ auth }) => ({ id: String(auth['token']) }),
        authorize: {
          join({ room, user, params }) {
            joins.push(`${user?.id} ${room}${params === undefined ? '' : ` ${JSON.stringify(params)}`}`)
            return !room.startsWith('dm:') || room.split(':').includes(user?.id ?? '')
          },
        },
      })
      io.on('connection', (socket) =>
        socket.onAny(
          (event: string, data: unknown) => !event.startsWith('$') && events.push(`${event} ${String(data)}`),
        ),
      )
    },
  })
  const connect = (auth: () => { token: string }, inspect: (event: InspectEvent) => void = () => {}): Client<Chat> => {
    const client = createClient({
      url: server.url,
      contract,
      auth,
      inspect,
      rooms: roomful(),
      reconnect: soon,
      socket: { transports: ['websocket'], forceNew: true },
    })
    onTestFinished(client.close)
    return client
  }
  let token = 'ada'
  const { events: inspected, inspect } = recordInspect()
  const client = connect(() => ({ token }), inspect)
  return {
    server,
    joins,
    /** The events that the server has received from clients, without those of the protocol. */
    events,
    client,
    other: (name: string) => connect(() => ({ token: name })),
    /** The messages of a room's log. */
    async messagesOf(room: string) {
      const { entries } = await log.page(room, { after: 0, limit: 1_000, bytes: 1_000_000 })
      return entries.map(({ data, from }) => `${from?.id}: ${String(data)}`)
    },
    /** What the client has sent since this call. */
    recordSent() {
      const from = inspected.length
      return () => inspected.slice(from).flatMap((event) => (event.type === 'out' ? [JSON.stringify(event)] : []))
    },
    /** Signs this user in on the same client. */
    async become(name: string) {
      client.disconnect()
      joins.length = 0
      token = name
      await client.connect()
    },
    /** The same without `disconnect()`: the next connection is of this user. */
    async becomeAfterOutage(name: string) {
      joins.length = 0
      token = name
      await server.restart()
      await eventually(() => expect(client.connection.getState()).toMatchObject({ user: { id: name } }))
    },
    /** The server goes away, so that messages are queued. */
    async goOffline() {
      await server.close()
      await eventually(() => expect(client.status).toBe('reconnecting'))
    },
  }
}

const shownIn = ({ state }: Timeline<Chat, 'message'>) =>
  [...state.getState().entries].flatMap((entry) => (entry.kind === 'message' ? [`${entry.data} ${entry.isOwn}`] : []))

describe('LC4 another user on the same client', () => {
  test('joins none of the rooms that the app has joined for the first', async () => {
    const { client, joins, become } = await startChat()
    const rooms = await Promise.all(['general', 'dm:ada:cy'].map((name) => client.join(name)))
    await become('bob')
    expect(rooms.map(({ status }) => status)).toEqual(['left', 'left'])
    await client.join('later')
    expect(joins).toEqual(['bob later'])
  })

  test('joins the rooms that have holders, and is refused where the user is not allowed', async () => {
    const { client, joins, become } = await startChat()
    const [general, dm] = ['general', 'dm:ada:cy'].map((name) => client.room(name))
    for (const room of [general!, dm!]) room.retain()
    await eventually(() => expect([general!.status, dm!.status]).toEqual(['joined', 'joined']))
    await become('bob')
    await eventually(() => expect([general!.status, dm!.status]).toEqual(['joined', 'failed']))
    expect(joins.toSorted()).toEqual(['bob dm:ada:cy', 'bob general'])
    expect(dm!.state.getState()).toMatchObject({ error: { code: 'FORBIDDEN' } })
  })

  test('is treated the same after an outage as after disconnect()', async () => {
    const { client, joins, becomeAfterOutage } = await startChat()
    const joined = await client.join('joined')
    const held = client.room('held')
    held.retain()
    await eventually(() => expect(held.status).toBe('joined'))
    await becomeAfterOutage('bob')
    await eventually(() => expect([joined.status, held.status]).toEqual(['left', 'joined']))
    expect(joins).toEqual(['bob held'])
  })

  test('does not join with the params of the first', async () => {
    const { client, joins, become } = await startChat()
    const room = await client.join('general', { params: { invite: 'for Ada' } })
    await become('bob')
    await room.join()
    expect(joins).toEqual(['bob general'])
  })

  test('sees a timeline that begins anew, without messages, own messages and failures of the first', async () => {
    const { client, become, other } = await startChat()
    const [general, dm] = ['general', 'dm:ada:cy'].map((name) => client.room(name))
    for (const room of [general!, dm!]) room.retain()
    await eventually(() => expect([general!.status, dm!.status]).toEqual(['joined', 'joined']))
    const timelines = [general!, dm!].map((room) => createTimeline(room, 'message', { initial: 10 }))
    for (const timeline of timelines) onTestFinished(timeline.close)
    await timelines[0]!.send('public of Ada')
    await timelines[1]!.send('private of Ada')
    expect(timelines.map(shownIn)).toEqual([['public of Ada true'], ['private of Ada true']])
    await become('bob')
    await eventually(() => expect(timelines[0]!.state.getState().status).toBe('ready'))
    expect(timelines.map(shownIn)).toEqual([['public of Ada false'], []])
    const cy = await other('cy').join('dm:ada:cy')
    await cy.emit('message', 'another secret')
    const room = await other('cy').join('general')
    await room.emit('message', 'hello, Bob')
    await eventually(() => expect(shownIn(timelines[0]!)).toEqual(['public of Ada false', 'hello, Bob false']))
    expect(shownIn(timelines[1]!)).toEqual([])
    await expect(timelines[1]!.loadOlder()).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  test('hears no message of a room of the first', async () => {
    const { client, become, other } = await startChat()
    const room = await client.join('general')
    const heard: string[] = []
    room.on('message', (text) => heard.push(text))
    await become('bob')
    const others = await other('cy').join('general')
    await others.emit('message', 'after the change')
    await room.join()
    await others.emit('message', 'after the join')
    await eventually(() => expect(heard).toEqual(['after the join']))
  })

  test('does not see members and typing users that the first saw', async () => {
    const { client, become, other } = await startChat()
    const room = await client.join('general')
    const cy = await other('cy').join('general')
    const typing = createTyping(room)
    onTestFinished(typing.close)
    createTyping(cy).keystroke()
    await eventually(() => expect([room.members.getState().size, typing.state.getState()]).toEqual([2, [{ id: 'cy' }]]))
    await become('bob')
    expect([room.members.getState().size, typing.state.getState()]).toEqual([0, []])
    expect(createPresence(room).self.getState()).toBeUndefined()
  })

  test('does not get the presence of the first', async () => {
    const { client, become, other } = await startChat()
    const room = client.room('general')
    room.retain()
    createPresence(room).set('presence of Ada')
    const cy = await other('cy').join('general')
    const presences = () =>
      [...cy.members.getState().values()].map(({ user, presence = '-' }) => `${user.id} ${presence}`).sort()
    await eventually(() => expect(presences()).toEqual(['ada presence of Ada', 'cy -']))
    await become('bob')
    await eventually(() => expect(presences()).toEqual(['bob -', 'cy -']))
    expect(createPresence(room).state.getState().presence).toBeUndefined()
  })

  test('does not see or send queued messages of the first, which are sent when that user is back', async () => {
    const { client, become, goOffline, server, messagesOf, recordSent } = await startChat()
    const room = await client.join('general')
    const timeline = createTimeline(room, 'message')
    onTestFinished(timeline.close)
    await goOffline()
    const queued = timeline.send('queued by Ada')
    expect(client.outbox.getState()).toMatchObject({ queued: 1 })
    client.disconnect()
    await server.restart()
    const sent = recordSent()
    await become('bob')
    expect([client.outbox.getState(), shownIn(timeline)]).toMatchObject([{ queued: 0, sending: 0 }, []])
    await room.join()
    await timeline.send('from Bob')
    expect(await messagesOf('general')).toEqual(['bob: from Bob'])
    expect(sent().filter((packet) => packet.includes('Ada'))).toEqual([])
    await become('ada')
    await expect(queued).resolves.toMatchObject({ confirmed: true, seq: 2 })
    expect(await messagesOf('general')).toEqual(['bob: from Bob', 'ada: queued by Ada'])
  })

  test('ends every call of the first that is under way or queued', async () => {
    const { client, becomeAfterOutage, goOffline, events } = await startChat()
    const room = await client.join('general')
    const underWay = [rejection(room.history()), rejection(client.emitWithAck('question', 'under way'))]
    await goOffline()
    const queued = [rejection(client.join('other')), rejection(client.emitWithAck('question', 'queued'))]
    client.emit('note', 'queued')
    events.length = 0
    await becomeAfterOutage('bob')
    const codes = (await Promise.all([...underWay, ...queued])).map((error) => RoomfulError.from(error).code)
    expect(codes).toEqual(['DISCONNECTED', 'DISCONNECTED', 'LEFT', 'DISCONNECTED'])
    client.emit('note', 'from Bob')
    await eventually(() => expect(events).toEqual(['note from Bob']))
  })
})
