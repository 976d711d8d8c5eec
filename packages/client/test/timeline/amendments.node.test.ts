import {
  amendments,
  type ClientOptions,
  createClient,
  createTimeline,
  defineContract,
  type Room,
  roomful,
  type Timeline,
} from '@roomful/client'
import { createRooms, memoryLog } from '@roomful/server'
import type { Server } from 'socket.io'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { eventually } from '../support/eventually.ts'
import { soon } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

const chat = defineContract({
  room: {
    message: z.object({ text: z.string() }),
    edit: { data: z.object({ text: z.string() }), amends: 'message' },
    remove: { amends: 'message' },
    reaction: { data: z.object({ emoji: z.string(), on: z.boolean() }), amends: 'message', key: 'emoji' },
  },
  user: z.object({ id: z.string() }),
})
interface Shown {
  readonly text: string
  readonly isEdited?: boolean
  readonly reactions?: readonly string[]
}
const amend = amendments<typeof chat, 'message', Shown>({
  edit: ({ data }, { text }) => ({ ...data, text, isEdited: true }),
  remove: () => ({ text: '(removed)' }),
  reaction({ data }, { emoji, on }, { from }) {
    const others = (data.reactions ?? []).filter((one) => one !== `${emoji} ${from?.id}`)
    return { ...data, reactions: on ? [...others, `${emoji} ${from?.id}`] : others }
  },
})
type Messages = Timeline<typeof chat, 'message', Shown>

/** Two servers over one log. Only the sender of a message may edit and remove it. */
async function startChat() {
  const log = memoryLog()
  const start = async () => {
    let rooms: ReturnType<typeof createRooms<typeof chat>> | undefined
    const server = await startServer({
      configure: (io) => {
        rooms = createRooms(io, {
          contract: chat,
          log,
          authenticate: ({ auth }) => ({ id: String(auth['id']) }),
          authorize: {
            emit: ({ event, target, user }) => !target || event === 'reaction' || target.from?.id === user.id,
          },
        })
      },
    })
    return { server, rooms: rooms! }
  }
  const servers = [await start(), await start()] as const
  const connect = (id: string, node = 0, options: Partial<ClientOptions> = {}) => {
    const { url } = servers[node]!.server
    const client = createClient({ url, contract: chat, auth: { id }, reconnect: soon, rooms: roomful(), ...options })
    onTestFinished(client.close)
    return client
  }
  return { servers, rooms: servers[0].rooms, connect }
}

const messagesIn = ({ state }: Messages) =>
  [...state.getState().entries].flatMap((entry) => (entry.kind === 'message' ? entry : []))
const dataIn = (timeline: Messages) => messagesIn(timeline).map(({ data }) => data)
const first = (timeline: Messages) => messagesIn(timeline)[0]!
const shows = (timeline: Messages, ...data: unknown[]) => eventually(() => expect(dataIn(timeline)).toEqual(data))
const say = (room: Room<typeof chat>, ...texts: string[]) =>
  Promise.all(texts.map((text) => room.emit('message', { text })))

const cut = (io: Server) => io.sockets.sockets.forEach(({ conn }) => conn.close())

describe('TL17 amendments', () => {
  test('are shown to all, over several servers, and by a timeline that loads only the page of the message', async () => {
    const { connect } = await startChat()
    const [ann, bob] = [await connect('ann').join('general'), await connect('bob', 1).join('general')]
    const [anns, bobs] = [ann, bob].map((room) => createTimeline(room, 'message', { amend })) as [Messages, Messages]
    await say(ann, 'hi', 'there')
    await shows(bobs, { text: 'hi' }, { text: 'there' })
    await bob.emit('reaction', { target: first(bobs), emoji: '+', on: true })
    await ann.emit('reaction', { target: first(anns), emoji: '+', on: true })
    await ann.emit('edit', { target: first(anns), text: 'hello' })
    await ann.emit('remove', { target: messagesIn(anns)[1]! })
    await bob.emit('reaction', { target: first(bobs), emoji: '+', on: false })
    const shown = [{ text: 'hello', isEdited: true, reactions: ['+ ann'] }, { text: '(removed)' }]
    await shows(anns, ...shown)
    await shows(bobs, ...shown)

    await say(ann, 'a', 'b', 'c')
    const cem = connect('cem', 1)
    const late = createTimeline(cem.room('general'), 'message', { amend, initial: 2 })
    await cem.join('general')
    await shows(late, { text: 'b' }, { text: 'c' })
    while (late.state.getState().hasOlder) await late.loadOlder(2)
    expect(dataIn(late).slice(0, 2)).toEqual(shown)
  })

  test('of the user are shown at once, and undone when the server refuses them', async () => {
    const { connect } = await startChat()
    const [ann, bob] = [await connect('ann').join('general'), await connect('bob').join('general')]
    const bobs = createTimeline(bob, 'message', { amend })
    await say(ann, 'hi')
    await shows(bobs, { text: 'hi' })
    const refused = bob.emit('edit', { target: first(bobs), text: 'ha' })
    expect(dataIn(bobs)).toEqual([{ text: 'ha', isEdited: true }])
    await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(dataIn(bobs)).toEqual([{ text: 'hi' }])
    const stored = bob.emit('reaction', { target: first(bobs), emoji: '+', on: true })
    expect(dataIn(bobs)).toEqual([{ text: 'hi', reactions: ['+ bob'] }])
    await stored
    await shows(bobs, { text: 'hi', reactions: ['+ bob'] })
  })

  test('made while the connection is lost are shown at once, and sent afterwards', async () => {
    const { connect, servers } = await startChat()
    const [ann, bob] = [await connect('ann').join('general'), await connect('bob', 1).join('general')]
    const [anns, bobs] = [ann, bob].map((room) => createTimeline(room, 'message', { amend })) as [Messages, Messages]
    await say(ann, 'hi')
    await shows(anns, { text: 'hi' })
    cut(servers[0].server.io)
    await eventually(() => expect(ann.status).not.toBe('joined'))
    const edited = ann.emit('edit', { target: first(anns), text: 'hello' })
    expect(dataIn(anns)).toEqual([{ text: 'hello', isEdited: true }])
    await edited
    await shows(bobs, { text: 'hello', isEdited: true })
    expect(dataIn(anns)).toEqual([{ text: 'hello', isEdited: true }])
  })

  test('of a message that is not confirmed yet are refused with a sentence, and nothing is sent', async () => {
    const { connect } = await startChat()
    const ann = await connect('ann').join('general')
    const timeline = createTimeline(ann, 'message', { amend })
    const sent = timeline.send({ text: 'hi' })
    await expect(ann.emit('edit', { target: first(timeline), text: 'hello' })).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('one that is not confirmed yet cannot be amended'),
    })
    await sent
    await ann.emit('edit', { target: first(timeline), text: 'hello' })
    await shows(timeline, { text: 'hello', isEdited: true })
  })

  test('stay right when the log goes on in another epoch, for messages from before it, too', async () => {
    const { connect, rooms } = await startChat()
    const ann = await connect('ann').join('general')
    const timeline = createTimeline(ann, 'message', { amend })
    await say(ann, 'hi')
    await shows(timeline, { text: 'hi' })
    const before = first(timeline)
    await ann.emit('edit', { target: before, text: 'one' })
    await rooms.newEpoch()
    await ann.emit('reaction', { target: before, emoji: '+', on: true })
    await shows(timeline, { text: 'one', isEdited: true, reactions: ['+ ann'] })
    const bob = connect('bob', 1)
    const late = createTimeline(bob.room('general'), 'message', { amend, initial: 50 })
    await bob.join('general')
    await shows(late, { text: 'one', isEdited: true, reactions: ['+ ann'] })
    expect(first(late).seq).toBe(1)
  })

  test('by a message of the room, with its meta as the target', async () => {
    const { connect } = await startChat()
    const [ann, bob] = [await connect('ann').join('general'), await connect('bob').join('general')]
    bob.on('message', (_, meta) => void bob.emit('reaction', { target: meta, emoji: '+', on: true }))
    const timeline = createTimeline(ann, 'message', { amend })
    await say(ann, 'hi')
    await shows(timeline, { text: 'hi', reactions: ['+ bob'] })
    const { messages, amendments: newest } = await ann.history({ before: 2 })
    expect([messages, newest]).toMatchObject([[{ data: { text: 'hi' } }], [{ event: 'reaction', meta: { seq: 2 } }]])
  })

  test('a function that throws is reported, and changes nothing', async () => {
    const { connect } = await startChat()
    const errors: unknown[] = []
    const client = connect('ann', 0, { onError: (error) => errors.push(error) })
    const ann = await client.join('general')
    const mistake = new Error('a mistake')
    const broken = amendments<typeof chat, 'message'>({
      edit() {
        throw mistake
      },
    })
    const timeline = createTimeline(ann, 'message', { amend: broken })
    await say(ann, 'hi')
    const [entry] = [...timeline.state.getState().entries]
    await ann.emit('edit', { target: entry as never, text: 'hello' })
    await eventually(() => expect(errors).toContain(mistake))
    expect([...timeline.state.getState().entries]).toMatchObject([{ data: { text: 'hi' } }])
  })
})

describe('TL18 a redaction', () => {
  test('takes the data out of all timelines, those of clients that were away too, and no listener gets it again', async () => {
    const { connect, rooms, servers } = await startChat()
    const [ann, bob] = [await connect('ann').join('general'), await connect('bob', 1).join('general')]
    const [anns, bobs] = [
      createTimeline(ann, 'message', { amend }),
      createTimeline(bob, 'message') as Messages,
    ] as const
    await say(ann, 'secret', 'b')
    await ann.emit('edit', { target: first(anns), text: 'another secret' })
    await shows(bobs, { text: 'secret' }, { text: 'b' })
    cut(servers[1].server.io)
    await rooms.redact('general', 1)
    for (const timeline of [anns, bobs]) await shows(timeline, undefined, { text: 'b' })
    expect(first(anns)).toMatchObject({ isRedacted: true, data: undefined, seq: 1, isOwn: true })
    expect(JSON.stringify(messagesIn(anns))).not.toContain('secret')
    await expect(ann.emit('edit', { target: first(anns), text: 'x' })).rejects.toMatchObject({ code: 'SHAPE' })

    const cem = connect('cem')
    const heard: unknown[] = []
    cem.room('general').on('message', (data) => heard.push(data))
    const late = createTimeline(cem.room('general'), 'message', { initial: 50 }) as Messages
    await cem.join('general')
    await shows(late, undefined, { text: 'b' })
    const { messages, amendments: newest } = await cem.room('general').history()
    expect(messages.map(({ event }) => event)).toEqual(['message'])
    expect(newest).toEqual([])
    expect(heard).toEqual([])
  })

  test('of a message that is replayed later shows it in its place, without its data', async () => {
    const { connect, rooms, servers } = await startChat()
    const [ann, bob] = [await connect('ann').join('general'), await connect('bob', 1).join('general')]
    const heard: unknown[] = []
    bob.on('message', (data) => heard.push(data))
    const bobs = createTimeline(bob, 'message', { amend })
    await say(ann, 'a')
    await shows(bobs, { text: 'a' })
    cut(servers[1].server.io)
    await eventually(() => expect(bob.status).not.toBe('joined'))
    await say(ann, 'secret')
    await rooms.redact('general', 2)
    await say(ann, 'c')
    await shows(bobs, { text: 'a' }, undefined, { text: 'c' })
    expect(heard).toEqual([{ text: 'a' }, { text: 'c' }])
  })
})
