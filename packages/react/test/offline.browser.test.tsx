import { createClient } from '@roomful/client'
import { StrictMode } from 'react'
import { expect, onTestFinished, test } from 'vitest'
import { commands } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { createHooks } from '../src/index.ts'

/** Imitates a browser that loses its network, or gets it back: the test runner itself needs the network. */
function setOnline(isOnline: boolean): void {
  Object.defineProperty(navigator, 'onLine', { value: isOnline, configurable: true })
  window.dispatchEvent(new Event(isOnline ? 'online' : 'offline'))
}

test('without a network the page is offline at once; it joins its room again as soon as the network returns', async () => {
  const url = await commands.startServer()
  // A WebSocket tells the server at once that it is closed; a connection that is being upgraded does not.
  const socket = { transports: ['websocket'] }
  const client = createClient({ url, socket, reconnect: { minDelayMs: 60_000, maxDelayMs: 60_000 } })
  const { useSocket, useRoom, useEvent } = createHooks(client)
  onTestFinished(async () => {
    setOnline(true)
    client.disconnect()
    await commands.stopServer(url)
  })
  const heard: string[] = []
  function Page() {
    const { status, reason } = useSocket()
    const { room, status: roomStatus } = useRoom('general')
    useEvent(room, 'news', () => heard.push('news'))
    useEvent(room, 'gap', () => heard.push('gap'))
    return <output>{[status, reason, roomStatus].filter(Boolean).join(' ')}</output>
  }
  const screen = await render(
    <StrictMode>
      <Page />
    </StrictMode>,
  )
  const shown = screen.getByRole('status')
  await expect.element(shown).toHaveTextContent('connected joined')
  setOnline(false)
  await expect.element(shown).toHaveTextContent('reconnecting offline suspended')
  setOnline(true)
  await expect.element(shown).toHaveTextContent('connected joined')
  await commands.sayIn(url, 'general', 'news')
  await expect.poll(() => heard).toEqual(['gap', 'news'])
  expect((await commands.serverSays(url)).words).toEqual(['join general', 'join general'])
  // The server learns later that the first connection has ended.
  await expect.poll(async () => (await commands.serverSays(url)).connections).toBe(1)
})
