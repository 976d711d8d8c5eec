import { createClient, roomful } from '@roomful/client'
import '@roomful/testing/vitest'
import { createMockServer } from '@roomful/testing'
import { configure, fireEvent, render, screen } from '@testing-library/react'
import { expect, onTestFinished, test } from 'vitest'
import { RoomStatus } from './moderation/room-status.tsx'
import { ban, contract, createChat } from './moderation/server.ts'

configure({ asyncUtilTimeout: 20_000, reactStrictMode: true }) // the machine may be slow and busy

test('room-status.tsx: a user who was removed can come back, and one who is banned sees why not', async () => {
  const server = createMockServer({ url: 'https://moderated.example' })
  const rooms = createChat(server.io, [])
  await server.listen()
  const client = createClient({ url: server.url, contract, rooms: roomful(), auth: { name: 'ann' } })
  onTestFinished(async () => {
    client.close()
    await rooms.close()
    await server.close()
  })
  const { unmount } = render(<RoomStatus client={client} name="general" />)
  await screen.findByText('joined')
  await rooms.remove('general', 'ann')
  fireEvent.click(await screen.findByText('you were removed from this room: come back'))
  await screen.findByText('joined')
  await ban(rooms, 'general', 'ann')
  expect(await screen.findByText('No advertising here.')).toBeTruthy()
  unmount()
})
