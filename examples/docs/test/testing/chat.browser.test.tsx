import '@roomful/testing/vitest'
import { afterAll, expect, test } from 'vitest'
import { render } from 'vitest-browser-react'
import { Chat } from './chat.tsx'
import { rooms, server } from './mock.ts'

await server.listen()
afterAll(() => server.close())

test('a message of another user is shown', async () => {
  const screen = await render(<Chat />)
  await expect.element(screen.getByText('Say hello')).toBeVisible()
  await expect.poll(() => server).toHaveJoined('general')
  await rooms.to('general').emit('message', { text: 'Good morning' })
  await expect.element(screen.getByText('Good morning')).toBeVisible()
})
