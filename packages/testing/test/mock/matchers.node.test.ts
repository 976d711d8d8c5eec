import '@roomful/testing/vitest'
import { expect, test } from 'vitest'
import { connectedClient, startMock } from './start.ts'

const messageOf = (check: () => void): string => {
  try {
    check()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('expected the matcher to fail')
}

test('toHaveEmitted compares the event, and its data if given', async () => {
  const server = await startMock()
  const client = await connectedClient()
  expect(messageOf(() => expect(server).toHaveEmitted('order'))).toBe(
    'expected clients to have emitted "order"; they emitted nothing',
  )
  client.emit('order', { what: 'tea', at: 5 })
  client.emit('ping me')
  await expect.poll(() => server).toHaveEmitted('ping me')
  expect(server).toHaveEmitted('order')
  expect(server).toHaveEmitted('order', { what: 'tea', at: expect.any(Number) as number })
  expect(server).toHaveEmitted('ping me', undefined)
  expect(server).not.toHaveEmitted('order', { what: 'milk' })
  expect(server).not.toHaveEmitted('other')
  expect(messageOf(() => expect(server).toHaveEmitted('order', { what: 'milk' }))).toBe(
    [
      'expected clients to have emitted "order" {"what": "milk"}; their last events:',
      '  "order" {"at": 5, "what": "tea"}',
      '  "ping me"',
    ].join('\n'),
  )
  expect(messageOf(() => expect(server).not.toHaveEmitted('ping me'))).toMatch('expected clients not to have emitted')
})

test('toHaveEmitted compares each given argument', async () => {
  const server = await startMock()
  const client = await connectedClient()
  client.emit('order', 'tea', 2, 'more')
  await expect.poll(() => server).toHaveEmitted('order', 'tea', 2)
  expect(server).toHaveEmitted('order', expect.any(String), expect.any(Number), 'more')
  expect(server).not.toHaveEmitted('order', 'tea', 3)
  expect(server).not.toHaveEmitted('order', 'tea', 2, 'more', 'than that')
})

test('toHaveJoined finds rooms of every namespace, but not the room that each socket has by its id', async () => {
  const server = await startMock()
  server.io.of('/admin').on('connection', (socket) => socket.join('staff'))
  expect(messageOf(() => expect(server).toHaveJoined('staff'))).toBe(
    'expected a client to be in "staff"; all rooms are empty',
  )
  const client = await connectedClient()
  expect(server).not.toHaveJoined(String(client.id))
  client.io.socket('/admin').connect()
  await expect.poll(() => server).toHaveJoined('staff')
  expect(messageOf(() => expect(server).toHaveJoined('general'))).toBe(
    'expected a client to be in "general"; there are clients in ["staff"]',
  )
  expect(messageOf(() => expect(server).not.toHaveJoined('staff'))).toMatch('expected no client to be in "staff"')
})

test('toBeConnected passes while a client is connected', async () => {
  const server = await startMock()
  expect(messageOf(() => expect(server).toBeConnected())).toBe('expected a client to be connected, but none is')
  const client = await connectedClient()
  expect(server).toBeConnected()
  expect(messageOf(() => expect(server).not.toBeConnected())).toBe('expected no client to be connected, but 1 is')
  client.disconnect()
  await expect.poll(() => server).not.toBeConnected()
})

test('a matcher refuses an object that is not a mock server', () => {
  expect(messageOf(() => expect({}).toBeConnected())).toBe('expected a server made by createMockServer()')
})

test('emitted keeps the last 1,000 events', async () => {
  const server = await startMock()
  const client = await connectedClient()
  for (let n = 0; n < 1_005; n++) client.emit('n', n)
  await expect.poll(() => server.emitted.at(-1)?.data).toBe(1_004)
  expect(server.emitted).toHaveLength(1_000)
  expect(server.emitted[0]?.data).toBe(5)
})

test('emitted has the credentials and the socket id of the client, until clearEmitted()', async () => {
  const server = await startMock()
  const [ann, bob] = [await connectedClient({ auth: { name: 'ann' } }), await connectedClient()]
  ann.emit('order', 'tea')
  await expect.poll(() => server.emitted.length).toBe(1)
  bob.emit('order', 'milk')
  await expect.poll(() => server.emitted.length).toBe(2)
  expect(server.emitted).toMatchObject([
    { data: 'tea', auth: { name: 'ann' }, socketId: ann.id },
    { data: 'milk', auth: undefined, socketId: bob.id },
  ])
  server.clearEmitted()
  expect(server).not.toHaveEmitted('order')
  bob.emit('order', 'bread')
  await expect.poll(() => server).toHaveEmitted('order', 'bread')
})
