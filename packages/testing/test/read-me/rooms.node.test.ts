import { createClient, defineContract, roomful, typeOnly } from '@roomful/client'
import { createRooms } from '@roomful/server'
import { createMockServer } from '@roomful/testing'
import { expect, onTestFinished, test } from 'vitest'

const chat = defineContract({ room: { message: typeOnly<{ text: string }>() } })

test('a message sent while offline is stored after the client has reconnected', async () => {
  const server = createMockServer({ url: 'https://chat.example' })
  const rooms = createRooms(server.io, { contract: chat })
  await server.listen()
  const client = createClient({ url: server.url, contract: chat, rooms: roomful() }) // or your app
  onTestFinished(async () => {
    client.disconnect()
    await rooms.close()
    await server.close()
  })
  const room = await client.join('general')

  server.offline()
  const receipt = room.emit('message', { text: 'are you there?' })
  server.online()
  expect(await receipt).toMatchObject({ confirmed: true, seq: 1 })
})
