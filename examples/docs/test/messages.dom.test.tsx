import { createClient, roomful } from '@roomful/client'
import '@roomful/testing/vitest'
import { createMockServer } from '@roomful/testing'
import { configure, fireEvent, render, screen } from '@testing-library/react'
import { expect, onTestFinished, test } from 'vitest'
import { chat } from './messages/contract.ts'
import { Messages } from './messages/messages.tsx'
import { createChat, erase } from './messages/server.ts'

configure({ asyncUtilTimeout: 20_000, reactStrictMode: true }) // the machine may be slow and busy

test('messages.tsx: a message is edited, gets a reaction, and is removed; another one is erased', async () => {
  const server = createMockServer({ url: 'https://amended.example' })
  const rooms = createChat(server.io)
  await server.listen()
  const client = createClient({ url: server.url, contract: chat, rooms: roomful(), auth: { name: 'ann' } })
  onTestFinished(async () => {
    client.close()
    await rooms.close()
    await server.close()
  })
  const { unmount } = render(<Messages client={client} name="general" />)
  const room = await client.join('general')
  await room.emit('message', { text: 'hi' })
  fireEvent.click(await screen.findByText('Add !'))
  await screen.findByText(/hi! \(edited\)/)
  fireEvent.click(screen.getByText('Like'))
  await screen.findByText('👍 1')
  fireEvent.click(screen.getByText('Remove'))
  await screen.findByText('Removed')
  const { seq } = (await room.emit('message', { text: 'advertising' })) as { seq: number }
  await screen.findByText(/advertising/)
  await erase(rooms, 'general', seq)
  expect(await screen.findByText('Removed by a moderator')).toBeTruthy()
  expect(screen.queryByText(/advertising/)).toBeNull()
  unmount()
})
