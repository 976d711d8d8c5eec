import '@roomful/testing/vitest'
import { type ClientOptions, createClient, defineContract, roomful } from '@roomful/client'
import type { JoinAnswer, Pack } from '@roomful/contract/protocol'
import { createRooms } from '@roomful/server'
import type { MockServer, Packet } from '@roomful/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { connectedClient, startMock, url } from './start.ts'

const chat = defineContract({ room: { message: z.object({ text: z.string() }) }, user: z.object({ id: z.string() }) })

function startRooms({ io }: MockServer) {
  const rooms = createRooms(io, { contract: chat, authenticate: ({ auth }) => ({ id: String(auth['token']) }) })
  onTestFinished(() => rooms.close())
  return rooms
}

function startClient(options: Partial<ClientOptions>) {
  const client = createClient({
    url,
    contract: chat,
    rooms: roomful(),
    reconnect: { minDelayMs: 5, maxDelayMs: 20 },
    ...options,
  })
  onTestFinished(client.disconnect)
  return client
}

/** `@roomful/client` and `createRooms` over the mock server: the same in Node and in a browser. */
export function testRoomful(): void {
  test('two clients send messages in a room and get receipts, and the matchers see them', async () => {
    const server = await startMock()
    const rooms = startRooms(server)
    expect(server).not.toBeConnected()
    const [ann, bob] = [startClient({ auth: { token: 'ann' } }), startClient({ auth: { token: 'bob' } })]
    const received: unknown[] = []
    const bobsRoom = await bob.join('general')
    bobsRoom.on('message', ({ text }, { from, seq }) => received.push([text, from?.id, seq]))
    const annsRoom = await ann.join('general')
    expect(await annsRoom.emit('message', { text: 'hello' })).toMatchObject({ confirmed: true, seq: 1 })
    await rooms.to('general').emit('message', { text: 'welcome' })
    await expect
      .poll(() => received)
      .toEqual([
        ['hello', 'ann', 1],
        ['welcome', undefined, 2],
      ])
    expect(server).toBeConnected()
    expect(server).toHaveJoined('general')
    expect(server).not.toHaveJoined('other')
    expect(server).toHaveEmitted('message', { text: expect.stringContaining('hell') as string })
    expect(server).not.toHaveEmitted('message', { text: 'welcome' })
    expect(server.emitted.find(({ event }) => event === 'message')).toMatchObject({ room: 'general' })
  })

  test('a filter selects a pack by the events in it', async () => {
    const server = await startMock()
    const room = startRooms(server).to('general')
    const reader = await connectedClient({ auth: { token: 'ann' } })
    const received: unknown[] = []
    reader.on('$events', (pack: Pack) => received.push(...pack.events.map(({ data }) => data)))
    const { epoch } = (await reader.emitWithAck('$join', { room: 'general', packs: true })) as JoinAnswer
    const dropped: Packet[] = []
    server.dropNext((packet) => {
      if (packet.event === 'message') dropped.push(packet)
      return dropped.length === 2
    })
    const items = ['one', 'two'].map((text, index) => {
      return { n: index + 1, id: `message-id-0000${index}`, event: 'message', data: { text } }
    })
    await reader.emitWithAck('$publish', { room: 'general', epoch, cid: 'c'.repeat(22), items })
    await expect.poll(() => dropped).toHaveLength(2)
    server.duplicateNext('message')
    await room.emit('message', { text: 'three' })
    await expect.poll(() => received).toEqual([{ text: 'three' }, { text: 'three' }])
    const meta = { $room: 'general', epoch, seq: 2, from: { id: 'ann' } }
    expect(dropped[1]).toMatchObject({ data: { text: 'two' }, args: [{ text: 'two' }, meta] })
  })

  test('a message whose ack is lost is stored once', async () => {
    const server = await startMock()
    startRooms(server)
    const ann = startClient({ auth: { token: 'ann' }, ackTimeoutMs: 100 })
    const room = await ann.join('general')
    server.dropNext(({ type, event }) => type === 'ack' && event === '$publish')
    expect(await room.emit('message', { text: 'once' })).toMatchObject({ confirmed: true, seq: 1 })
    expect(await room.emit('message', { text: 'twice?' })).toMatchObject({ confirmed: true, seq: 2 })
    const sent = server.emitted.filter(({ event }) => event === 'message').map(({ data }) => data)
    expect(sent).toEqual([{ text: 'once' }, { text: 'once' }, { text: 'twice?' }])
  })

  test('a message sent while offline arrives after online(), and missed messages are replayed', async () => {
    const server = await startMock()
    const rooms = startRooms(server)
    const ann = startClient({ auth: { token: 'ann' } })
    const room = await ann.join('general')
    const received: string[] = []
    room.on('message', ({ text }) => received.push(text))
    server.offline()
    await expect.poll(() => ann.status).toBe('reconnecting')
    const receipt = room.emit('message', { text: 'from the tunnel' })
    await rooms.to('general').emit('message', { text: 'meanwhile' })
    server.online()
    expect(await receipt).toMatchObject({ confirmed: true, seq: 2 })
    await expect.poll(() => received).toEqual(['meanwhile', 'from the tunnel'])
  })

  test('an expired token is refreshed', async () => {
    const server = await startMock()
    startRooms(server)
    const reasons: string[] = []
    let token = 'first'
    const auth: ClientOptions['auth'] = ({ reason }) => {
      reasons.push(reason)
      if (reason === 'refused') token = 'second'
      return { token }
    }
    const ann = startClient({ auth })
    await ann.connect()
    server.expireToken()
    await vi.waitFor(() =>
      expect(ann.connection.getState()).toMatchObject({ status: 'connected', user: { id: 'second' } }),
    )
    expect(reasons).toEqual(['connect', 'connect', 'refused'])
  })

  test('a client reconnects to a restarted server, which continues its log', async () => {
    const server = await startMock()
    startRooms(server)
    const ann = startClient({ auth: { token: 'ann' } })
    const room = await ann.join('general')
    await room.emit('message', { text: 'before' })
    await server.restart()
    expect(await room.emit('message', { text: 'after' })).toMatchObject({ confirmed: true, seq: 2 })
  })
}
