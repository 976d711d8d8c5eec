import {
  createClient,
  createTimeline,
  defineContract,
  type EventCall,
  plainRooms,
  type PlainRooms,
  type TimelineState,
} from '@roomful/client'
import { createProxy } from '@roomful/testing/proxy'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { eventually } from '../support/eventually.ts'
import { rejection, startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

interface Said {
  readonly room: string
  readonly text: string
  readonly id?: string
}
type Ack = (answer?: unknown) => void

/** What a client says goes to all members, its sender included. `relay` may send it later, not at all, or answer. */
async function startEcho(
  relay: (echo: () => void, said: Said, ack: Ack) => void = (echo) => echo(),
  options: object = {},
) {
  const server = await startServer({
    options,
    configure: (io) =>
      io.on('connection', (socket) => {
        socket.emit('welcome')
        socket.on('join', (room: string, ack: Ack) => {
          void socket.join(room)
          ack()
        })
        socket.on('message', (said: Said, ack: Ack = () => {}) =>
          relay(() => io.to(said.room).emit('message', said), said, ack),
        )
      }),
  })
  const cut = (): void => server.io.sockets.sockets.forEach((socket) => socket.conn.close())
  return { ...server, io: server.io, cut }
}
const say = (room: string | number, event: string, data: unknown, { id }: { id: string }): EventCall => [
  event,
  { room, ...(data as object), id },
]
const idOf = (_event: string, said?: { id?: unknown }): unknown => said?.id
const echoes: PlainRooms = { join: (room) => ['join', room], emit: say, idOf }

async function startTimeline(url: string, rooms: PlainRooms = echoes, ackTimeoutMs = 10_000) {
  const client = startClient(url, { rooms: plainRooms(rooms), ackTimeoutMs })
  const room = await client.join('general')
  const timeline = createTimeline(room, 'message')
  onTestFinished(timeline.close)
  const states: string[][] = []
  timeline.state.subscribe((state) => states.push(shownIn(state)))
  return { client, room, timeline, states, shown: () => shownIn(timeline.state.getState()) }
}
/** Each message as its text, its state, and whether it is own. */
const shownIn = ({ entries }: TimelineState): string[] =>
  entries.map((entry) =>
    entry.kind === 'gap' ? 'gap' : `${(entry.data as Said).text} ${entry.state}${entry.isOwn ? ' own' : ''}`,
  )

describe('PL7 with idOf, an echoed message', () => {
  test('takes the place of the entry that is shown already, under its key, and is confirmed', async () => {
    const { url } = await startEcho()
    const { timeline, states, shown } = await startTimeline(url)
    const receipt = await timeline.send({ text: 'hi' })
    expect(receipt).toEqual({ confirmed: false, id: expect.any(String) })
    await eventually(() => expect(shown()).toEqual(['hi confirmed own']))
    expect(states).toEqual([['hi queued own'], ['hi sending own'], ['hi sending own'], ['hi confirmed own']])
    expect(timeline.state.getState().entries.at(0)).toMatchObject({
      id: receipt.id,
      data: { room: 'general', text: 'hi' },
    })
  })
  test('stands in the order of the server, also for its sender', async () => {
    const held: (() => void)[] = []
    const { url } = await startEcho((echo, { text }) => (text === 'slow' ? held.push(echo) : echo()))
    const ann = await startTimeline(url)
    const bob = await startTimeline(url)
    void ann.timeline.send({ text: 'slow' })
    await eventually(() => expect(held).toHaveLength(1))
    void bob.timeline.send({ text: 'quick' })
    await eventually(() => expect(ann.shown()).toEqual(['quick confirmed', 'slow sending own']))
    held[0]?.()
    await eventually(() => expect(ann.shown()).toEqual(['quick confirmed', 'slow confirmed own']))
    await eventually(() => expect(bob.shown()).toEqual(['quick confirmed own', 'slow confirmed']))
  })
  test('confirms its message where it is, when it comes after the room was left and joined again', async () => {
    const held: (() => void)[] = []
    const { url } = await startEcho((echo) => held.push(echo))
    const { room, timeline, shown } = await startTimeline(url)
    void timeline.send({ text: 'hi' })
    await eventually(() => expect(held).toHaveLength(1))
    await room.leave()
    await room.join()
    expect(shown()[0]).toBe('hi unknown own')
    held[0]?.()
    await eventually(() => expect(shown().filter((entry) => entry !== 'gap')).toEqual(['hi confirmed own']))
  })
  test('of another client with the same text is a message of its own', async () => {
    const { url } = await startEcho()
    const ann = await startTimeline(url)
    const bob = await startTimeline(url)
    await Promise.all([ann.timeline.send({ text: 'same' }), bob.timeline.send({ text: 'same' })])
    for (const { shown } of [ann, bob])
      await eventually(() => expect(shown().toSorted()).toEqual(['same confirmed', 'same confirmed own']))
  })
  test('of many is shown once each', async () => {
    const { url } = await startEcho()
    const { timeline, room, shown } = await startTimeline(url)
    const texts = Array.from({ length: 50 }, (_, n) => String(n))
    for (const text of texts) void (Number(text) % 2 ? timeline.send({ text }) : room.emit('message', { text }))
    await eventually(() => expect(shown()).toEqual(texts.map((text) => `${text} confirmed own`)))
  })
  test('is read from positional arguments', async () => {
    const { url } = await startServer({
      configure: (io) =>
        io.on('connection', (socket) => {
          socket.on('join', (room: string, ack: Ack) => {
            void socket.join(room)
            ack()
          })
          socket.on('message', (room: string, text: string, id: string) => io.to(room).emit('message', room, text, id))
        }),
    })
    const { timeline } = await startTimeline(url, {
      join: (room) => ['join', room],
      emit: (room, event, text, { id }) => [event, room, text, id],
      roomOf: (_event, room) => room,
      dataOf: (_event, _room, text) => text,
      idOf: (_event, _room, _text, id) => id,
    })
    await timeline.send('hi' as never)
    const entry = { data: 'hi', state: 'confirmed', isOwn: true }
    await eventually(() => expect(timeline.state.getState().entries.toArray()).toMatchObject([entry]))
  })
  test('is parsed by the contract', async () => {
    const { url } = await startEcho()
    const contract = defineContract({
      room: { message: z.object({ text: z.string().transform((text) => text.trim()) }) },
    })
    const client = createClient({ url, contract, rooms: plainRooms(echoes) })
    onTestFinished(client.close)
    const timeline = createTimeline(await client.join('general'), 'message')
    await timeline.send({ text: '  hi ' })
    await eventually(() => expect(shownIn(timeline.state.getState())).toEqual(['hi confirmed own']))
  })
})

describe('PL7 an echo and an acknowledgement', () => {
  const acked: PlainRooms = {
    ...echoes,
    acks: true,
    refusalOf: (ack) => ((ack as { error?: string } | undefined)?.error === undefined ? undefined : { code: 'NO' }),
  }
  test.each<[string, (echo: () => void, ack: Ack) => void]>([
    [
      'before',
      (echo, ack) => {
        echo()
        setTimeout(ack, 30)
      },
    ],
    [
      'after',
      (echo, ack) => {
        ack()
        setTimeout(echo, 30)
      },
    ],
    ['at once with', (echo, ack) => (echo(), ack())],
  ])('the echo comes %s the acknowledgement: the message is shown once', async (_order, answer) => {
    const { url } = await startEcho((echo, _said, ack) => answer(echo, ack))
    const { timeline, states, shown } = await startTimeline(url, acked)
    await expect(timeline.send({ text: 'hi' })).resolves.toMatchObject({ confirmed: false })
    await eventually(() => expect(shown()).toEqual(['hi confirmed own']))
    expect(states.every((entries) => entries.length === 1)).toBe(true)
  })
  test('a refused message is rejected, and can be sent again', async () => {
    let isRefusing = true
    const { url } = await startEcho((echo, _said, ack) => {
      if (!isRefusing) echo()
      ack(isRefusing ? { error: 'muted' } : {})
    })
    const { timeline, shown } = await startTimeline(url, acked)
    expect(await rejection(timeline.send({ text: 'hi' }))).toMatchObject({ code: 'NO' })
    expect(shown()).toEqual(['hi rejected own'])
    isRefusing = false
    const entry = timeline.state.getState().entries.at(0)
    await timeline.retry(entry?.key ?? '')
    await eventually(() => expect(shown()).toEqual(['hi confirmed own']))
    expect(timeline.state.getState().entries.at(0)?.key).toBe(entry?.key)
  })
  test('a refusal that comes late takes back a message without an echo', async () => {
    const answers: Ack[] = []
    const { url } = await startEcho((_echo, _said, ack) => answers.push(ack))
    const { acks: _, idOf: __, ...late } = acked
    const { timeline, shown, client } = await startTimeline(url, late)
    await timeline.send({ text: 'hi' })
    expect(shown()).toEqual(['hi unknown own'])
    await timeline.send({ text: 'bye' })
    answers[0]?.({ error: 'muted' })
    await eventually(() => expect(shown()).toEqual(['bye unknown own', 'hi rejected own']))
    const entry = timeline.state.getState().entries.at(-1)
    await timeline.retry(entry?.key ?? '')
    await eventually(() => expect(shown()).toEqual(['bye unknown own', 'hi unknown own']))
    expect(client.status).toBe('connected')
  })
})

describe('PL7 a message without its echo', () => {
  test('is unknown after ackTimeoutMs; an echo that comes later confirms it', async () => {
    const held: (() => void)[] = []
    const { url } = await startEcho((echo) => held.push(echo))
    const { timeline, shown } = await startTimeline(url, echoes, 50)
    await timeline.send({ text: 'hi' })
    await eventually(() => expect(shown()).toEqual(['hi unknown own']))
    expect(timeline.state.getState().entries.at(0)).toMatchObject({ error: { code: 'UNKNOWN' } })
    held[0]?.()
    await eventually(() => expect(shown()).toEqual(['hi confirmed own']))
  })
  test('is unknown when the connection ends, and queued messages are confirmed after the reconnect', async () => {
    let isDeaf = true
    const { url, port, io } = await startEcho((echo) => (isDeaf ? undefined : echo()))
    const proxy = await createProxy({ target: { port } })
    onTestFinished(() => proxy.close())
    const { client, timeline, shown } = await startTimeline(proxy.url)
    await timeline.send({ text: 'lost' })
    expect(io.sockets.sockets.size).toBe(1)
    proxy.cut()
    await until(client, 'reconnecting')
    await eventually(() => expect(shown()).toEqual(['lost unknown own']))
    isDeaf = false
    await timeline.send({ text: 'queued' })
    await eventually(() => expect(shown()).toEqual(['gap', 'queued confirmed own', 'lost unknown own']))
    expect(timeline.state.getState().entries.at(-1)).toMatchObject({ error: { code: 'UNKNOWN' } })
    expect(url).not.toBe(proxy.url)
  })
  test('is confirmed by the echo that a recovered connection brings', async () => {
    const held: (() => void)[] = []
    const recovery = { connectionStateRecovery: { maxDisconnectionDuration: 60_000 } }
    const { url, cut } = await startEcho((echo) => held.push(echo), recovery)
    const { client, timeline, shown } = await startTimeline(url)
    await timeline.send({ text: 'hi' })
    await eventually(() => expect(held).toHaveLength(1))
    cut()
    await until(client, 'reconnecting')
    expect(shown()).toEqual(['hi unknown own'])
    held[0]?.()
    await until(client, 'connected', ({ recovered }) => recovered)
    await eventually(() => expect(shown()).toEqual(['hi confirmed own']))
  })
  test('has its place when the room is left', async () => {
    const { url } = await startEcho(() => {})
    const { room, timeline, shown } = await startTimeline(url)
    await timeline.send({ text: 'bye' })
    await room.leave()
    expect(shown()).toEqual(['bye unknown own'])
    expect(timeline.state.getState().entries.at(0)).toMatchObject({ error: undefined })
  })
  test('can be discarded', async () => {
    const { url } = await startEcho(() => {})
    const { timeline, room, shown } = await startTimeline(url)
    await timeline.send({ text: 'hi' })
    expect(timeline.discard(String(timeline.state.getState().entries.at(0)?.key))).toBe(true)
    expect(shown()).toEqual([])
    expect(createTimeline(room, 'message').state.getState().entries.toArray()).toEqual([])
  })
})

describe('PL7 idOf', () => {
  test('that throws is reported, and the event is heard', async () => {
    const { url, io } = await startEcho()
    const oops = new TypeError('oops')
    const reported: unknown[] = []
    const broken = (): never => {
      throw oops
    }
    const client = startClient(url, {
      rooms: plainRooms({ ...echoes, idOf: broken }),
      onError: (error, source) => reported.push([source, error]),
    })
    const room = await client.join('general')
    const heard: unknown[] = []
    room.on('message', (data, { id }) => heard.push([data, id]))
    io.emit('message', { room: 'general', text: 'hi' })
    await eventually(() => expect(heard).toEqual([[{ room: 'general', text: 'hi' }, undefined]]))
    expect(reported).toEqual([['idOf', oops]])
  })
  test('gives listeners the id, and ids differ between clients', async () => {
    const { url } = await startEcho()
    const rooms = await Promise.all([1, 2].map(() => startClient(url, { rooms: plainRooms(echoes) }).join('general')))
    const heard = new Set<unknown>()
    rooms[0]!.on('message', (_data, { id }) => heard.add(id))
    const ids = new Set<string>()
    for (const room of rooms) ids.add((await room.emit('message', { text: 'hi' })).id)
    await eventually(() => expect(heard).toEqual(ids))
    expect(ids.size).toBe(2)
  })
  test('without it, TL8 an echo server shows own messages twice', async () => {
    const { url } = await startEcho()
    const { timeline, shown } = await startTimeline(url, { join: (room) => ['join', room] })
    await timeline.send({ text: 'hi' })
    await eventually(() => expect(shown()).toEqual(['hi unknown own', 'hi confirmed']))
  })
  test('keeps no timer after close()', async () => {
    const { url } = await startEcho(() => {})
    const { client, timeline, room } = await startTimeline(url)
    await timeline.send({ text: 'hi' })
    client.close()
    expect(room.state.getState()).toMatchObject({ status: 'suspended' })
    await eventually(() => expect(shownIn(timeline.state.getState())).toEqual(['hi unknown own']))
  })
})
