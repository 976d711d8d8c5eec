import { createClient } from '@roomful/client'
import { createMockServer } from '@roomful/testing'
import { expect, onTestFinished, test } from 'vitest'

test('a handler’s return value is the ack, as in Flask', async () => {
  const server = createMockServer({ url: 'https://flask.example', profile: 'flask' })
  server.io.on('connection', (socket) => {
    socket.on('add', (a: number, b: number) => a + b)
  })
  await server.listen()
  const client = createClient({ url: server.url })
  onTestFinished(async () => {
    client.disconnect()
    await server.close()
  })
  expect(await client.emitWithAck('add', 1, 2)).toBe(3)
  expect(client.guarantees).toMatchObject({ rooms: 'plain' })
})
