import { createClient, type ClientOptions, plainRooms, type RoomState } from '@roomful/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'

/** A Flask-SocketIO server, wherever the test runs. */
interface Flask {
  readonly url: string
  restart(): Promise<void>
  stop(): Promise<void>
}
export type StartFlask = (script: 'tutorial' | 'acks') => Promise<Flask>

interface ServerToClient {
  message: (text: string) => void
  response_event: (answer: { message: string }) => void
  broadcast_message: (data: unknown) => void
  room_message: (text: string) => void
}
interface ClientToServer {
  message: (text: string) => void
  custom_event: (data: { user: string; action: string }) => void
  broadcast: (data: unknown) => void
  nothing: (ack: () => void) => void
  value: (data: unknown, ack: (value: unknown) => void) => void
  tuple: (first: number, second: string, ack: (first: number, second: string) => void) => void
  failure: (ack: () => void) => void
}

/** The SDK against the unmodified Flask-SocketIO server of its tutorial: runs in Node and in Chromium. */
export function flaskSuite(start: StartFlask): void {
  const connectTo = async (script: 'tutorial' | 'acks', options: Partial<ClientOptions> = {}) => {
    const flask = await start(script)
    onTestFinished(() => flask.stop())
    const client = createClient<ServerToClient, ClientToServer>({ url: flask.url, ...options })
    onTestFinished(client.close)
    return { flask, client }
  }

  describe('the tutorial', () => {
    test('CN10 has no guarantees of roomful/1', async () => {
      const { client } = await connectTo('tutorial')
      await client.connect()
      expect(client.guarantees).toEqual({
        rooms: 'plain',
        order: false,
        replay: false,
        exactlyOnce: false,
        durability: 'none',
        outbox: 'none',
      })
    })

    test('works with all of its events unchanged', async () => {
      const { client } = await connectTo('tutorial')
      const heard: unknown[] = []
      client.on('message', (text) => heard.push(text))
      client.on('response_event', (answer) => heard.push(answer))
      client.on('broadcast_message', (data) => heard.push(data))

      client.send('Hello, Server!')
      await eventually(() => expect(heard).toEqual(['Server received: Hello, Server!']))
      client.emit('custom_event', { user: 'Alice', action: 'joined' })
      await eventually(() => expect(heard.slice(1)).toEqual([{ message: 'Processed' }]))
      client.emit('broadcast', { text: 'to all' })
      await eventually(() => expect(heard.slice(2)).toEqual([{ text: 'to all' }]))
    })

    test('RM5 joins a room that Flask acknowledges, receives its events, and leaves it', async () => {
      const { client, flask } = await connectTo('tutorial')
      const heard: string[] = []
      client.on('room_message', (text) => heard.push(text))
      const room = await client.join('general')
      expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: true })
      await eventually(() => expect(heard).toEqual(['User joined general']))

      const other = createClient<ServerToClient, ClientToServer>({ url: flask.url })
      onTestFinished(other.close)
      await other.join('general')
      await eventually(() => expect(heard).toHaveLength(2))
      await other.leave('general')
      await eventually(() => expect(heard.at(-1)).toBe('User left general'))

      await room.leave()
      expect(room.status).toBe('left')
    })

    test('RM3 RM8 joins the room again after a restart of the server, and reports a gap', async () => {
      const { client, flask } = await connectTo('tutorial', { reconnect: { maxDelayMs: 200 } })
      const heard: string[] = []
      const gaps: unknown[] = []
      client.on('room_message', (text) => heard.push(text))
      const room = await client.join('general')
      room.on('gap', (gap) => gaps.push(gap))
      await eventually(() => expect(heard).toEqual(['User joined general']))

      const states: RoomState['status'][] = []
      room.state.subscribe(({ status }) => states.push(status))
      await flask.restart()
      await eventually(() => expect(states).toEqual(['suspended', 'joining', 'joined']))
      await eventually(() => expect(heard).toEqual(['User joined general', 'User joined general']))
      expect(gaps).toEqual([{ from: undefined, to: undefined, reason: 'unsupported' }])
    })

    test('OB15 DS4 sends a room event with its room; it is heard on the room and the client, and not confirmed', async () => {
      const { client } = await connectTo('tutorial')
      const heard: unknown[] = []
      const room = await client.join('general')
      room.on('broadcast_message', (data) => heard.push(['room', data]))
      client.on('broadcast_message', (data) => heard.push(['client', data]))
      const receipt = await room.emit('broadcast', { text: 'hello' })
      expect(receipt).toEqual({ confirmed: false, id: expect.any(String) })
      const data = { room: 'general', text: 'hello' }
      await eventually(() =>
        expect(heard).toEqual([
          ['room', data],
          ['client', data],
        ]),
      )
    })
  })

  describe('acks and refusals', () => {
    test('EM5 an ack has no value, one value, or all values of a tuple', async () => {
      const { client } = await connectTo('acks')
      expect(await client.emitWithAck('nothing')).toBeUndefined()
      expect(await client.emitWithAck('value', { a: 1 })).toEqual({ a: 1 })
      expect(await client.emitWithAck('tuple', 1, 'two')).toEqual([1, 'two'])
    })

    test('EM4 the ack of a handler that raises times out', async () => {
      const { client } = await connectTo('acks')
      await client.connect()
      await expect(client.timeout(200).emitWithAck('failure')).rejects.toMatchObject({ code: 'TIMEOUT' })
      expect(await client.emitWithAck('value', 'still here')).toBe('still here')
    })

    test('CN6 a refused connection carries its data', async () => {
      const { client } = await connectTo('acks', { auth: { refuse: 'banned' } })
      await expect(client.connect()).rejects.toMatchObject({
        code: 'FORBIDDEN',
        refusal: { code: 'FORBIDDEN', message: 'no', data: { code: 'FORBIDDEN', reason: 'banned' } },
      })
      expect(client.connection.getState()).toMatchObject({ status: 'disconnected', reason: 'refused' })
    })

    test('EM6 `refusalOf` makes a refusal of an answer to a join', async () => {
      const { client } = await connectTo('acks', {
        rooms: plainRooms({
          refusalOf: (ack) => {
            const { error } = (ack ?? {}) as { error?: string }
            return error === undefined ? undefined : { code: 'FORBIDDEN', message: error }
          },
        }),
      })
      await expect(client.join('private')).rejects.toMatchObject({ code: 'FORBIDDEN', message: 'members only' })
      expect(client.room('private').status).toBe('failed')
      expect((await client.join('public')).status).toBe('joined')
    })
  })
}
