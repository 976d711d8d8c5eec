import '@roomful/testing/vitest'
import { type ClientOptions, createClient, type Room, roomful } from '@roomful/client'
import { createRooms } from '@roomful/server'
import { createMockServer } from '@roomful/testing'
import { expect, onTestFinished, test } from 'vitest'
import { chat } from './contract.ts'

async function start(options: Partial<ClientOptions> = {}) {
  const server = createMockServer({ url: 'https://chat.example' })
  const rooms = createRooms(server.io, { contract: chat })
  await server.listen()
  const client = createClient({ url: server.url, contract: chat, rooms: roomful(), ackTimeoutMs: 200, ...options })
  onTestFinished(async () => {
    client.disconnect()
    await rooms.close()
    await server.close()
  })
  const room = await client.join('general')
  return { server, client, room, received: messagesIn(room) }
}

function messagesIn(room: Room<typeof chat>) {
  const received: string[] = []
  room.on('message', ({ text }) => received.push(text))
  return received
}

test('dropNext: after a lost ack the message is sent again, and stored once', async () => {
  const { server, room, received } = await start()
  server.dropNext(({ type, event }) => type === 'ack' && event === '$publish')
  expect(await room.emit('message', { text: 'once' })).toMatchObject({ confirmed: true, seq: 1 })
  expect(server.emitted.filter(({ event }) => event === 'message')).toHaveLength(2)
  expect(received).toEqual(['once'])
})

test('duplicateNext: a message that arrives twice is delivered once', async () => {
  const { server, room, received } = await start()
  server.duplicateNext('message')
  await room.emit('message', { text: 'once' })
  await room.emit('message', { text: 'then' })
  expect(received).toEqual(['once', 'then'])
})

test('reorder: messages that arrive out of order are delivered in order', async () => {
  const { server, room, received } = await start()
  server.reorder({ count: 3, filter: 'message' })
  for (const text of ['one', 'two', 'three']) void room.emit('message', { text })
  await expect.poll(() => received).toEqual(['one', 'two', 'three'])
})

test('delay: a slow network in both directions', async () => {
  const { server, room } = await start({ ackTimeoutMs: 5_000 })
  server.delay(100)
  const startedAt = performance.now()
  await room.emit('message', { text: 'there and back' })
  expect(performance.now() - startedAt).toBeGreaterThan(190)
})

test('offline, online: a message sent while offline arrives later', async () => {
  const { server, client, room } = await start()
  server.offline()
  await expect.poll(() => client.status).toBe('reconnecting')
  const receipt = room.emit('message', { text: 'sent while offline' })
  server.online()
  expect(await receipt).toMatchObject({ confirmed: true })
})

test('kick: the server disconnects the client, which does not reconnect by itself', async () => {
  const { server, client } = await start()
  server.kick()
  await expect.poll(() => client.connection.getState()).toMatchObject({ status: 'disconnected', reason: 'kicked' })
})

test('refuse: every new connection is refused', async () => {
  const { server, client } = await start()
  server.refuse({ message: 'the server is full', data: { code: 'FULL' } })
  client.disconnect()
  await expect(client.connect()).rejects.toMatchObject({ code: 'FULL' })
  server.pass()
  await client.connect()
})

test('expireToken: the client asks for new credentials', async () => {
  let token = 'old'
  const { server, client } = await start({
    auth: ({ reason }) => {
      if (reason === 'refused') token = 'new'
      return { token }
    },
  })
  const before = client.connection.getState()
  server.expireToken()
  await expect.poll(() => [client.status, client.connection.getState() !== before]).toEqual(['connected', true])
  expect(token).toBe('new')
})

test('restart: every connection ends, and the client joins its room again', async () => {
  const { server, room } = await start()
  await server.restart()
  expect(server).not.toHaveJoined('general')
  await expect.poll(() => server).toHaveJoined('general')
  expect(await room.emit('message', { text: 'still here' })).toMatchObject({ seq: 1 })
})
