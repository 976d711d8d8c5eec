import { createClient, defineContract, roomful, typeOnly } from '@roomful/client'
import { createRooms } from '@roomful/server'
import { createMockServer } from '@roomful/testing'

test('a message is confirmed, in an ES module without a compiler', async () => {
  const chat = defineContract({ room: { message: typeOnly() } })
  const server = createMockServer({ url: 'https://chat.example' })
  createRooms(server.io, { contract: chat })
  await server.listen()
  const client = createClient({ url: server.url, contract: chat, rooms: roomful() })
  const room = await client.join('general')
  expect(await room.emit('message', { text: 'Hello' })).toMatchObject({ confirmed: true, seq: 1 })
})
