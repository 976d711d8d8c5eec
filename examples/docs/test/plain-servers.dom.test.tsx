import { createMockServer } from '@roomful/testing'
import { cleanup, configure, fireEvent, render, screen } from '@testing-library/react'
import { expect, onTestFinished, test } from 'vitest'
import { serve } from './plain-servers/positional-server.ts'

configure({ asyncUtilTimeout: 20_000 }) // the machine may be slow and busy

test('chat.tsx of docs/plain-servers.md: hooks over a server with positional arguments', async () => {
  const server = createMockServer({ url: 'https://chat.example' })
  serve(server.io)
  await server.listen()
  onTestFinished(() => server.close())
  const { Chat } = await import('./plain-servers/chat.tsx')
  render(<Chat />)
  onTestFinished(cleanup)

  const button = await screen.findByText<HTMLButtonElement>('Say hello')
  await expect.poll(() => button.disabled).toBe(false)
  fireEvent.click(button)
  await expect
    .poll(() => server.emitted)
    .toContainEqual(expect.objectContaining({ event: 'chat message', args: ['general', 'hello'] }))
  server.io.to('general').emit('chat message', 'general', 'hello, Ada')
  expect(await screen.findByText('hello, Ada')).toBeTruthy()
})
