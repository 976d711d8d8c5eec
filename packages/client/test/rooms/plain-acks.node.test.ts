import {
  type Client,
  createTimeline,
  plainRooms,
  type PlainRooms,
  positionalRooms,
  type Refusal,
} from '@roomful/client'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { recordInspect, rejection, startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'
import { startPlain } from './support/plain-server.ts'

const silent = () => {}

function recordWarnings(): string[] {
  const warnings: string[] = []
  const spy = vi.spyOn(console, 'warn').mockImplementation((...parts) => void warnings.push(parts.join(' ')))
  onTestFinished(() => spy.mockRestore())
  return warnings
}

describe('PL3 acks', () => {
  test('true: a join is joined when the server answers, however late, and is acknowledged', async () => {
    const warnings = recordWarnings()
    const { url } = await startPlain({ onJoin: (_room, acknowledge) => setTimeout(acknowledge, 500) })
    const room = await startClient(url, { rooms: plainRooms({ acks: true }) }).join('general')
    expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: true })
    expect(warnings).toEqual([])
  })
  test('true: a join without an answer fails with TIMEOUT after joinTimeoutMs, and is tried again', async () => {
    let joins = 0
    const { url } = await startPlain({ onJoin: (_room, acknowledge) => ++joins > 1 && acknowledge() })
    const client = startClient(url, { rooms: plainRooms({ acks: true }), joinTimeoutMs: 50 })
    const room = client.room('general')
    expect(await rejection(room.join())).toMatchObject({ code: 'TIMEOUT' })
    expect(room.state.getState()).toMatchObject({ status: 'failed', error: { code: 'TIMEOUT' } })
    await eventually(() => expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: true }))
  })
  test('false: a join is joined at once, asks for no answer and warns of nothing', async () => {
    const warnings = recordWarnings()
    const argumentCounts: number[] = []
    const { url } = await startServer({
      configure: (io) =>
        io.on('connection', (socket) => {
          for (const event of ['join', 'leave'])
            socket.on(event, (...args: unknown[]) => argumentCounts.push(args.length))
        }),
    })
    const rooms = plainRooms({ ...positionalRooms, acks: false })
    const room = await startClient(url, { rooms }).join('general')
    expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: false })
    await room.leave()
    await eventually(() => expect(argumentCounts).toEqual([1, 1]))
    expect(warnings).toEqual([])
  })
  test('false: a join that is asked for while disconnected is sent with the connection', async () => {
    const { url, words } = await startPlain({ onJoin: silent })
    const client = startClient(url, { rooms: plainRooms({ acks: false }), autoConnect: false })
    const joined = client.join('general')
    await client.connect()
    await joined
    await eventually(() => expect(words()).toEqual(['join general']))
  })
  test('undefined: a join without an answer is joined and not acknowledged, and one warning names the options', async () => {
    const warnings = recordWarnings()
    const { url } = await startPlain({ onJoin: silent })
    const client = startClient(url)
    const rooms = await Promise.all(['one', 'two', 'three'].map((name) => client.join(name)))
    const unknown = { status: 'joined', acknowledged: false }
    expect(rooms.map(({ state }) => state.getState())).toEqual([unknown, unknown, unknown])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(
      /did not acknowledge the join of room one within 300 ms.*plainRooms\({ join }\).*acks: false/,
    )
    const other = startClient(url)
    await other.join('one')
    expect(warnings).toHaveLength(2)
  })
})

describe('PL4 a room that hears nothing', () => {
  const joinedAndListening = async (url: string, rooms: PlainRooms = {}): Promise<Client> => {
    const client = startClient(url, { rooms: plainRooms(rooms) })
    const room = await client.join('general')
    room.on('room_message', silent)
    return client
  }
  const flush = async (client: Client, server: { io: { emit: (event: string) => unknown } }): Promise<void> => {
    const end = new Promise((resolve) => client.once('end', () => resolve(undefined)))
    server.io.emit('end')
    await end
  }

  test.each<[string, readonly unknown[], PlainRooms]>([
    ['a bare text', ['User joined general'], {}],
    ['another field', [{ roomId: 'general', text: 'hi' }], {}],
    ['a list', [['general', 'hi']], {}],
    ['a text, with positionalRooms', ['hi'], { ...positionalRooms, join: (room) => ['join', { room }] }],
  ])('though events arrive that name none of the rooms warns once and names roomOf: %s', async (_what, args, rooms) => {
    const warnings = recordWarnings()
    const { url, server } = await startPlain()
    const client = await joinedAndListening(url, rooms)
    server.io.emit('room_message', ...args)
    await flush(client, server)
    expect(warnings).toEqual([])
    for (let n = 0; n < 5; n += 1) server.io.emit('room_message', ...args)
    await flush(client, server)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/joined rooms listen for "room_message".*plainRooms\({ roomOf }\)/)
  })
  test('is not warned of where an event has reached a room, no joined room listens, or roomOf says the room', async () => {
    const warnings = recordWarnings()
    const { url, server, sayIn } = await startPlain()
    const matched = await joinedAndListening(url)
    sayIn('general', 'room_message')
    await flush(matched, server)
    const read = await joinedAndListening(url, { roomOf: () => 'general' })
    const deaf = startClient(url)
    await deaf.join('general')
    const left = await joinedAndListening(url)
    await left.leave('general')
    for (let n = 0; n < 5; n += 1) server.io.emit('room_message', 'text')
    await Promise.all([matched, read, deaf, left].map((client) => flush(client, server)))
    expect(warnings).toEqual([])
  })
})

/** A server that acknowledges each event of a room as the test says. */
async function startAnswering(answer: (text: string, acknowledge: (...values: unknown[]) => void) => void) {
  return startServer({
    configure: (io) =>
      io.on('connection', (socket) => {
        socket.on('join', (_data: object, acknowledge: () => void) => acknowledge())
        socket.on('say', ({ text }: { text: string }, acknowledge?: () => void) => answer(text, acknowledge ?? silent))
      }),
  })
}
const refusalOf = (ack: unknown): Refusal | undefined => {
  const { error } = (ack ?? {}) as { error?: string }
  return error === undefined ? undefined : { code: error, message: `refused: ${error}` }
}

describe('PL5 refusalOf', () => {
  test('refuses a message by its acknowledgement, and the others are sent', async () => {
    const { url } = await startAnswering((text, acknowledge) =>
      acknowledge(text === 'spam' ? { error: 'SPAM' } : { ok: true }),
    )
    const { ofType, inspect } = recordInspect()
    const room = await startClient(url, { rooms: plainRooms({ refusalOf }), inspect }).join('general')
    const sent = ['hi', 'spam', 'bye'].map((text) => room.emit('say', { text }))
    const unconfirmed = { confirmed: false, id: expect.any(String) }
    expect(await sent[0]).toEqual(unconfirmed)
    expect(await rejection(sent[1]!)).toMatchObject({
      code: 'SPAM',
      message: 'refused: SPAM',
      refusal: { code: 'SPAM' },
    })
    expect(await sent[2]).toEqual(unconfirmed)
    expect(ofType('drop').map(({ event, room: name, error }) => [event, name, error?.code])).toEqual([
      ['say', 'general', 'SPAM'],
    ])
  })
  test('{ $error } is a refusal, too, and so are several values', async () => {
    const { url } = await startAnswering((text, acknowledge) =>
      text === 'own' ? acknowledge({ $error: { code: 'NO' } }) : acknowledge('no', 403),
    )
    const rooms = plainRooms({ refusalOf: (ack) => (Array.isArray(ack) ? { code: `HTTP_${ack[1]}` } : undefined) })
    const room = await startClient(url, { rooms }).join('general')
    await expect(room.emit('say', { text: 'own' })).rejects.toMatchObject({ code: 'NO' })
    await expect(room.emit('say', { text: 'x' })).rejects.toMatchObject({ code: 'HTTP_403' })
  })
  test('without an answer a message resolves after a short wait; a late refusal is reported', async () => {
    const answers: ((answer: unknown) => void)[] = []
    const { url } = await startAnswering((_text, acknowledge) => answers.push(acknowledge))
    const dropped: unknown[] = []
    const client = startClient(url, {
      rooms: plainRooms({ refusalOf }),
      onDrop: ({ event, room, error }) => dropped.push([event, room, error.code]),
    })
    const room = await client.join('general')
    await expect(room.emit('say', { text: 'hi' })).resolves.toMatchObject({ confirmed: false })
    answers[0]?.({ error: 'LATE' })
    await eventually(() => expect(dropped).toEqual([['say', 'general', 'LATE']]))
  })
  test('with acks: true a message without an answer is UNKNOWN after ackTimeoutMs, and when the connection ends', async () => {
    const { url, io } = await startAnswering(silent)
    const rooms = plainRooms({ refusalOf, acks: true })
    const room = await startClient(url, { rooms, ackTimeoutMs: 50 }).join('general')
    expect(await rejection(room.emit('say', { text: 'hi' }))).toMatchObject({
      code: 'UNKNOWN',
      message: 'unknown outcome: "say" in room general may or may not have been delivered: no answer within 50 ms',
    })
    const cut = await startClient(url, { rooms }).join('general')
    const outcome = rejection(cut.emit('say', { text: 'hi' }))
    await eventually(() => expect(io.sockets.sockets.size).toBe(2))
    io.sockets.sockets.forEach((socket) => socket.conn.close())
    expect(await outcome).toMatchObject({ code: 'UNKNOWN' })
  })
  test.each([true, undefined])('acks %s: room.with() ends the wait for the answer, and the message', async (acks) => {
    const { url } = await startAnswering(silent)
    const rooms = plainRooms({ refusalOf, ...(acks && { acks }) })
    const room = await startClient(url, { rooms, onDrop: silent }).join('general')
    const timeline = createTimeline(room, 'say')
    onTestFinished(timeline.close)
    await expect(room.with({ timeoutMs: 30 }).emit('say', { text: 'hi' })).rejects.toMatchObject({ code: 'TIMEOUT' })
    const aborting = new AbortController()
    const aborted = rejection(room.with({ signal: aborting.signal }).emit('say', { text: 'ho' }))
    await eventually(() => expect(timeline.state.getState().entries.at(1)).toMatchObject({ state: 'sending' }))
    aborting.abort(new Error('the page was left'))
    expect(await aborted).toEqual(new Error('the page was left'))
    expect(timeline.state.getState().entries.toArray()).toMatchObject([{ state: 'unknown' }, { state: 'unknown' }])
  })
  test('that throws fails the message with INTERNAL', async () => {
    const { url } = await startAnswering((_text, acknowledge) => acknowledge('answer'))
    const rooms = plainRooms({
      refusalOf: (ack) => {
        if (ack === 'answer') throw new TypeError('oops')
        return undefined
      },
    })
    const room = await startClient(url, { rooms }).join('general')
    expect(await rejection(room.emit('say', { text: 'hi' }))).toMatchObject({ code: 'INTERNAL' })
  })
  test('asks for no acknowledgement of a message with acks: false, or without refusalOf', async () => {
    const counts: number[] = []
    const { url } = await startServer({
      configure: (io) =>
        io.on('connection', (socket) => {
          socket.on('join', (_data: object, acknowledge?: () => void) => acknowledge?.())
          socket.on('say', (...args: unknown[]) => counts.push(args.length))
        }),
    })
    for (const rooms of [plainRooms({ refusalOf, acks: false }), plainRooms(), plainRooms({ acks: true })]) {
      const room = await startClient(url, { rooms }).join('general')
      await room.emit('say', { text: 'hi' })
    }
    await eventually(() => expect(counts).toEqual([1, 1, 1]))
  })
})

describe('PL6 isRetryable', () => {
  const isRetryable = ({ message, code }: Refusal): boolean => code === 'BUSY' || /too many/.test(message ?? '')

  test.each([
    ['by its message', new Error('too many connections')],
    ['by its code', Object.assign(new Error('later'), { data: { code: 'BUSY' } })],
    [
      'after the time that the server asks for',
      Object.assign(new Error('later'), { data: { code: 'BUSY', after: 60 } }),
    ],
  ])('a refusal of the connection by a middleware is retried: %s', async (_how, refusal) => {
    let refused = 0
    const { url } = await startServer({
      configure: (io) => io.use((_socket, next) => next(++refused <= 2 ? refusal : undefined)),
    })
    const client = startClient(url, { rooms: plainRooms({ isRetryable }) })
    const connected = client.connect()
    expect(await until(client, 'reconnecting')).toMatchObject({ reason: 'server' })
    await connected
    expect(refused).toBe(3)
  })
  test('any other refusal still ends in refused, also with a code that is temporary otherwise', async () => {
    const refusal = Object.assign(new Error('no'), { data: { code: 'UNAVAILABLE' } })
    const { url } = await startServer({ configure: (io) => io.use((_socket, next) => next(refusal)) })
    const client = startClient(url, { rooms: plainRooms({ isRetryable }) })
    await expect(client.connect()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(client.connection.getState()).toMatchObject({ status: 'disconnected', reason: 'refused' })
  })
  test('a refused join is tried again until the server accepts it; any other fails for good', async () => {
    let joins = 0
    const { url } = await startPlain({
      onJoin: (room, acknowledge) =>
        acknowledge(room === 'closed' ? { error: 'CLOSED' } : ++joins < 2 ? { error: 'BUSY' } : {}),
    })
    const client = startClient(url, { rooms: plainRooms({ refusalOf, isRetryable }) })
    const room = client.room('general')
    expect(await rejection(room.join())).toMatchObject({ code: 'BUSY' })
    const waiting = room.emit('say', { text: 'queued while the join is retried' })
    await eventually(() => expect(room.status).toBe('joined'))
    await expect(waiting).resolves.toMatchObject({ confirmed: false })
    await expect(client.join('closed')).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(client.room('closed').emit('say', {})).rejects.toMatchObject({ code: 'NOT_MEMBER' })
  })
  test.each<[string, () => unknown, string]>([
    ['throws', () => JSON.parse('{'), 'JSON'],
    ['returns a promise', async () => true, 'plainRooms isRetryable: expected true or false, got object'],
    ['returns nothing', () => undefined, 'plainRooms isRetryable: expected true or false, got undefined'],
  ])('that %s is reported, and the code decides', async (_what, broken, sentence) => {
    const { url } = await startServer({ configure: (io) => io.use((_socket, next) => next(new Error('no'))) })
    const reported: unknown[] = []
    const client = startClient(url, {
      rooms: plainRooms({ isRetryable: broken as () => boolean }),
      onError: (error, source) => reported.push([source, (error as Error).message]),
    })
    await expect(client.connect()).rejects.toMatchObject({ code: 'REFUSED' })
    expect(reported).toEqual([['isRetryable', expect.stringContaining(sentence)]])
  })
})
