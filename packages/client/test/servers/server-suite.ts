import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import type { ProcessServer } from '../support/start-process.ts'

type RoomfulClient = Pick<typeof import('@roomful/client'), 'createClient' | 'plainRooms' | 'roomful'>

export interface ServerUnderTest {
  /** The package under test: the sources, or an installed one. */
  readonly client: () => RoomfulClient
  /** The running server. Each test makes clients of its own. */
  readonly server: () => ProcessServer
  /** Whether a handler that returns nothing acknowledges its event, as in Python. @default true */
  readonly acksWithoutValue?: boolean
}

const TRANSPORTS = [['polling'], ['websocket'], ['polling', 'websocket']]
const ROOMS = 40

/** The events, acks and rooms of the servers in examples/servers, by each transport. */
export function serverSuite({ client: packageUnderTest, server, acksWithoutValue = true }: ServerUnderTest): void {
  describe.each(TRANSPORTS.map((transports) => [transports.join(', then '), transports] as const))(
    'by %s',
    (_, transports) => {
      const start = (options: object = {}) => {
        const { createClient, plainRooms } = packageUnderTest()
        const client = createClient({
          url: server().url,
          rooms: plainRooms({
            refusalOf(ack) {
              const { error } = (ack ?? {}) as { error?: string }
              return error === undefined ? undefined : { code: 'FORBIDDEN', message: error }
            },
          }),
          socket: { transports },
          reconnect: { minDelayMs: 20, maxDelayMs: 200 },
          ...options,
        })
        onTestFinished(client.close)
        return client
      }

      test("the tutorial's events reach the server, and its events reach the client", async () => {
        const client = start()
        const heard: unknown[] = []
        for (const event of ['message', 'response_event', 'broadcast_message'])
          client.on(event, (data: unknown) => heard.push(data))

        client.send('Hello, Server!')
        await eventually(() => expect(heard).toEqual(['Server received: Hello, Server!']))
        client.emit('custom_event', { user: 'Alice', action: 'joined' })
        await eventually(() => expect(heard.slice(1)).toEqual([{ message: 'Processed' }]))
        client.emit('broadcast', { text: 'Zoë 👋' })
        await eventually(() => expect(heard.slice(2)).toEqual([{ text: 'Zoë 👋' }]))
      })

      test('RM5 a room is joined and left, and its events reach its members only', async () => {
        const [ann, bob] = [start(), start()]
        const heard: unknown[] = []
        ann.on('room_message', (text: unknown) => heard.push(text))
        const room = await ann.join('general')
        expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: acksWithoutValue })
        await bob.join('elsewhere')
        await bob.join('general')
        await bob.leave('general')
        const joinedAndLeft = ['User joined general', 'User joined general', 'User left general']
        await eventually(() => expect(heard).toEqual(joinedAndLeft))

        await room.leave()
        expect(room.status).toBe('left')
        await bob.join('general')
        expect(await ann.emitWithAck('rooms')).toBe(0)
        expect(heard).toEqual(joinedAndLeft)
      })

      test('OB15 a room event is sent with its room, and heard on that room', async () => {
        const client = start()
        const heard: unknown[] = []
        const [room, other] = await Promise.all([client.join('general'), client.join('other')])
        room.on('broadcast_message', (data: unknown) => heard.push(data))
        other.on('broadcast_message', (data: unknown) => heard.push(['other', data]))
        expect(await room.emit('broadcast', { text: 'hello' })).toEqual({ confirmed: false, id: expect.any(String) })
        await eventually(() => expect(heard).toEqual([{ room: 'general', text: 'hello' }]))
      })

      test('EM5 an ack has one value, binary data, all values of a list, or none', async () => {
        const client = start()
        expect(await client.emitWithAck('value', { a: [1, null, 'é'] })).toEqual({ a: [1, null, 'é'] })
        expect(await client.emitWithAck('value', 0)).toBe(0)
        const bytes: unknown = await client.emitWithAck('value', { bytes: Uint8Array.of(0, 128, 255) })
        expect(bytesIn(bytes)).toEqual([0, 128, 255])
        expect(await client.emitWithAck('tuple', 1, 'two')).toEqual([1, 'two'])
        const nothing = client.timeout(acksWithoutValue ? 10_000 : 200).emitWithAck('nothing')
        if (acksWithoutValue) expect(await nothing).toBeUndefined()
        else await expect(nothing).rejects.toMatchObject({ code: 'TIMEOUT' })
      })

      test('EM4 the ack of a handler that fails times out, and the connection goes on', async () => {
        const client = start()
        await client.connect()
        await expect(client.timeout(200).emitWithAck('failure')).rejects.toMatchObject({ code: 'TIMEOUT' })
        expect(await client.emitWithAck('value', 'still here')).toBe('still here')
      })

      test('EM6 a refused join fails with its reason, and other rooms are joined', async () => {
        const client = start()
        await expect(client.join('private')).rejects.toMatchObject({ code: 'FORBIDDEN', message: 'members only' })
        expect(client.room('private').status).toBe('failed')
        expect((await client.join('public')).status).toBe('joined')
      })

      test('CN6 a refused connection carries the data of its refusal', async () => {
        const client = start({ auth: { refuse: 'banned' } })
        await expect(client.connect()).rejects.toMatchObject({
          code: 'FORBIDDEN',
          refusal: { message: 'no', data: { code: 'FORBIDDEN', reason: 'banned' } },
        })
        expect(client.connection.getState()).toMatchObject({ status: 'disconnected', reason: 'refused' })
      })

      test('the server asks the client, and gets its answer', async () => {
        const client = start()
        const answers: unknown[] = []
        client.on('question', (question: unknown, answer: (value: unknown) => void) => answer([question, 'yes']))
        client.on('answered', (answer: unknown) => answers.push(answer))
        client.emit('ask_me', 'ready?')
        await eventually(() => expect(answers).toEqual([['ready?', 'yes']]))
      })

      test(`${ROOMS} rooms are joined at once, and the server has all of them`, async () => {
        const client = start()
        const rooms = await Promise.all(names(ROOMS).map((name) => client.join(name)))
        expect(rooms.map(({ status }) => status)).toEqual(rooms.map(() => 'joined'))
        await eventually(async () => expect(await client.emitWithAck('rooms')).toBe(ROOMS))
      })

      test(`${ROOMS} emits arrive once each: queued before the connection, and at once on it`, async () => {
        const client = start({ autoConnect: false })
        for (let n = 0; n < ROOMS; n++) client.emit('number', n)
        await client.connect()
        for (let n = ROOMS; n < 2 * ROOMS; n++) client.emit('number', n)
        const received = async () => ((await client.emitWithAck('numbers')) as number[]).sort((a, b) => a - b)
        await eventually(async () => expect(await received()).toEqual(Array.from({ length: 2 * ROOMS }, (_, n) => n)))
      })

      test('RM3 RM8 after a restart of the server, all rooms are joined again, and each reports a gap', async () => {
        const client = start()
        const gaps: unknown[] = []
        const rooms = await Promise.all(names(ROOMS).map((name) => client.join(name)))
        for (const room of rooms) room.on('gap', ({ reason }) => gaps.push(reason))
        await server().restart()
        await eventually(() => expect(gaps).toHaveLength(ROOMS))
        await eventually(async () => expect(await client.emitWithAck('rooms')).toBe(ROOMS))
        expect(rooms.map(({ status }) => status)).toEqual(rooms.map(() => 'joined'))
        expect(gaps).toEqual(rooms.map(() => 'unsupported'))
      })
    },
  )
}

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `room ${n}`)

/** The numbers of binary data that was sent as `{ bytes }`: a Buffer in Node. */
function bytesIn(data: unknown): number[] {
  return [...(data as { bytes: Uint8Array }).bytes]
}
