import { createClient, roomful } from '@roomful/client'
import { createRooms } from '@roomful/server'
import { createMockServer } from '@roomful/testing'
import { render, waitFor } from '@testing-library/react'
import { Chat } from './chat.tsx'
import { chat } from './contract.ts'

// Jest has to exit although these tests close nothing.

test('a server and a mounted component are left open', async () => {
  const server = createMockServer({ url: 'https://chat.example' })
  createRooms(server.io, { contract: chat })
  await server.listen()
  render(<Chat />)
  await waitFor(() => expect(server.io.sockets.adapter.rooms.has('roomful:general')).toBe(true))
})

test('members whose connections are lost are kept for a while, also where timers are numbers', async () => {
  const server = createMockServer({ url: 'https://members.example' })
  createRooms(server.io, { contract: chat, authenticate: ({ auth }) => ({ id: String(auth.name) }) })
  await server.listen()
  const client = createClient({ url: server.url, contract: chat, rooms: roomful(), auth: { name: 'Ada' } })
  const room = await client.join('general')
  server.offline()
  await waitFor(() => expect(server.io.sockets.sockets.size).toBe(0))
  server.online()
  await waitFor(() => expect(client.status).toBe('connected'), { timeout: 5_000 })
  expect(room.members.getState().size).toBe(1)
})
