import '@roomful/testing/vitest'
import { createRooms } from '@roomful/server'
import { createMockServer } from '@roomful/testing'
import { fireEvent, render, screen } from '@testing-library/react'
import { afterAll, afterEach, expect, test } from 'vitest'
import { Chat } from './chat.tsx'
import { chat } from './contract.ts'

const server = createMockServer({ url: 'https://chat.example' })
createRooms(server.io, { contract: chat })
await server.listen()
afterEach(() => {
  server.pass()
  server.clearEmitted()
})
afterAll(() => server.close())

test('a message sent while offline is queued, and confirmed after reconnecting', async () => {
  render(<Chat />)
  await expect.poll(() => server).toHaveJoined('general')

  server.offline()
  fireEvent.click(screen.getByText('Say hello'))
  await screen.findByText('Hello (queued)')
  server.online()
  await expect.poll(() => screen.queryByText('Hello (confirmed)')).not.toBeNull()
  expect(server).toHaveEmitted('message', { text: 'Hello' })
})
