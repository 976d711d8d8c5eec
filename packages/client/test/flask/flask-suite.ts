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

/** The SDK against an unmodified Flask-SocketIO server, as its tutorial writes it: run in Node and in Chromium. */
export function flaskSuite(start: StartFlask): void {
  const connectTo = async (script: 'tutorial' | 'acks', options: Partial<ClientOptions> = {}) => {
    const flask = await start(script)
    onTestFinished(() => flask.stop())
    const client = createClient<ServerToClient, ClientToServer>({ url: flask.url, ...options })
    onTestFinished(() => client.disconnect())
    return { flask, client }
  }

  describe('the tutorial', () => {
    test('CN10 its server is a plain one, and nothing more is claimed', async () => {
      const { client } = await connectTo('tutorial')
      await client.connect()
      expect(client.guarantees).toEqual({
        rooms: 'plain',
        order: false,
        replay: false,
        exactlyOnce: false,
        outbox: 'none',
      })
    })

    test('every event of it works as it stands', async () => {
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

    test('RM5 rooms: a join that Flask acknowledges, what is said there, and the leave', async () => {
      const { client, flask } = await connectTo('tutorial')
      const heard: string[] = []
      client.on('room_message', (text) => heard.push(text))
      const room = await client.join('general')
      expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: true })
      await eventually(() => expect(heard).toEqual(['User joined general']))

      const other = createClient<ServerToClient, ClientToServer>({ url: flask.url })
      onTestFinished(() => other.disconnect())
      await other.join('general')
      await eventually(() => expect(heard).toHaveLength(2))
      await other.leave('general')
      await eventually(() => expect(heard.at(-1)).toBe('User left general'))

      await room.leave()
      expect(room.status).toBe('left')
    })

    test('RM3 a restarted server: back in the room without a word from the app, and the gap is told', async () => {
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

    test('PB2 DS4 a room event carries its room, is heard there and on the client, and no receipt claims more', async () => {
      const { client } = await connectTo('tutorial')
      const heard: unknown[] = []
      const room = await client.join('general')
      room.on('broadcast_message', (data) => heard.push(['room', data]))
      client.on('broadcast_message', (data) => heard.push(['client', data]))
      const receipt = await room.emit('broadcast', { text: 'hello' })
      expect(receipt).toEqual({ confirmed: false, id: expect.stringMatching(/^[\w-]{8}:1$/) })
      const data = { room: 'general', text: 'hello' }
      await eventually(() =>
        expect(heard).toEqual([
          ['client', data],
          ['room', data],
        ]),
      )
    })
  })

  describe('acks and refusals', () => {
    test('EM5 none, one value, and a tuple that stays whole', async () => {
      const { client } = await connectTo('acks')
      expect(await client.emitWithAck('nothing')).toBeUndefined()
      expect(await client.emitWithAck('value', { a: 1 })).toEqual({ a: 1 })
      expect(await client.emitWithAck('tuple', 1, 'two')).toEqual([1, 'two'])
    })

    test('EM4 a handler that raises never answers: the ack times out', async () => {
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

    test('EM6 a join that Flask answers with a no is refused, where the app says what a no looks like', async () => {
      const { client } = await connectTo('acks', {
        rooms: plainRooms(),
        refusalOf: (ack) => {
          const { error } = (ack ?? {}) as { error?: string }
          return error === undefined ? undefined : { code: 'FORBIDDEN', message: error }
        },
      })
      await expect(client.join('private')).rejects.toMatchObject({ code: 'FORBIDDEN', message: 'members only' })
      expect(client.room('private').status).toBe('failed')
      expect((await client.join('public')).status).toBe('joined')
    })
  })
}
