import '@roomful/testing/vitest'
import { type ClientOptions, createClient, type Room } from '@roomful/client'
import { createRooms } from '@roomful/server'
import { createMockServer } from '@roomful/testing'
import { expect, onTestFinished, test } from 'vitest'
import { chat } from './contract.ts'

async function start(options: Partial<ClientOptions> = {}) {
  const server = createMockServer({ url: 'https://chat.example' })
  const rooms = createRooms(server.io, { contract: chat })
  await server.listen()
  const client = createClient({ url: server.url, contract: chat, ackTimeoutMs: 200, ...options })
  onTestFinished(async () => {
    client.disconnect()
    await rooms.close()
    await server.close()
  })
  const room = await client.join('general')
  return { server, client, room, heard: heardIn(room) }
}

function heardIn(room: Room<typeof chat>) {
  const heard: string[] = []
  room.on('message', ({ text }) => heard.push(text))
  return heard
}

test('dropNext: the answer is lost; the message is sent again, and stored once', async () => {
  const { server, room, heard } = await start()
  server.dropNext(({ type, event }) => type === 'ack' && event === '$publish')
  expect(await room.emit('message', { text: 'once' })).toMatchObject({ confirmed: true, seq: 1 })
  expect(server.emitted.filter(({ event }) => event === 'message')).toHaveLength(2)
  expect(heard).toEqual(['once'])
})

test('duplicateNext: what arrives twice is heard once', async () => {
  const { server, room, heard } = await start()
  server.duplicateNext('message')
  await room.emit('message', { text: 'once' })
  await room.emit('message', { text: 'then' })
  expect(heard).toEqual(['once', 'then'])
})

test('reorder: what arrives out of order is heard in order', async () => {
  const { server, room, heard } = await start()
  server.reorder({ count: 3, filter: 'message' })
  for (const text of ['one', 'two', 'three']) void room.emit('message', { text })
  await expect.poll(() => heard).toEqual(['one', 'two', 'three'])
})

test('delay: a slow network, each way', async () => {
  const { server, room } = await start({ ackTimeoutMs: 5_000 })
  server.delay(100)
  const from = performance.now()
  await room.emit('message', { text: 'there and back' })
  expect(performance.now() - from).toBeGreaterThan(190)
})

test('offline, online: a tunnel', async () => {
  const { server, client, room } = await start()
  server.offline()
  await expect.poll(() => client.status).toBe('reconnecting')
  const receipt = room.emit('message', { text: 'from the tunnel' })
  server.online()
  expect(await receipt).toMatchObject({ confirmed: true })
})

test('kick: the server ends it; only connect() starts again', async () => {
  const { server, client } = await start()
  server.kick()
  await expect.poll(() => client.connection.getState()).toMatchObject({ status: 'disconnected', reason: 'kicked' })
})

test('refuse: nobody gets in', async () => {
  const { server, client } = await start()
  server.refuse({ message: 'no more than a hundred', data: { code: 'FULL' } })
  client.disconnect()
  await expect(client.connect()).rejects.toMatchObject({ code: 'FULL' })
  server.pass()
  await client.connect()
})

test('expireToken: new credentials are asked for', async () => {
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

test('restart: every connection ends, and everybody is back', async () => {
  const { server, room } = await start()
  await server.restart()
  expect(server).not.toHaveJoined('general')
  await expect.poll(() => server).toHaveJoined('general')
  expect(await room.emit('message', { text: 'still here' })).toMatchObject({ seq: 1 })
})
