import { createClient } from '@roomful/client'
import { StrictMode } from 'react'
import { expect, onTestFinished, test } from 'vitest'
import { commands } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { createHooks } from '../src/index.ts'

async function start() {
  const url = await commands.startServer()
  const client = createClient({ url, reconnect: { minDelayMs: 60_000, maxDelayMs: 60_000 } })
  onTestFinished(async () => {
    client.disconnect()
    await commands.stopServer(url)
  })
  return { url, client, hooks: createHooks(client) }
}

test('under StrictMode in a browser: one connection, one join, every event, and one leave on unmount', async () => {
  const { url, hooks } = await start()
  let heard = 0
  function Room() {
    const { status } = hooks.useSocket()
    const { room, status: roomStatus } = hooks.useRoom('general')
    hooks.useEvent(room, 'news', () => (heard += 1))
    return (
      <output>
        {status} {roomStatus}
      </output>
    )
  }
  const screen = await render(
    <StrictMode>
      <Room />
    </StrictMode>,
  )
  await expect.element(screen.getByRole('status')).toHaveTextContent('connected joined')
  for (let n = 0; n < 3; n += 1) await commands.sayIn(url, 'general', 'news')
  await expect.poll(() => heard).toBe(3)
  expect(await commands.serverSays(url)).toEqual({ words: ['join general'], connections: 1 })
  await screen.unmount()
  await expect.poll(async () => (await commands.serverSays(url)).words).toEqual(['join general', 'leave general'])
})

// These clients wait up to a minute between attempts: only the page's own events can end the wait within the test.
for (const [name, wake] of [
  ['online', () => window.dispatchEvent(new Event('online'))],
  ['pageshow', () => window.dispatchEvent(new Event('pageshow'))],
  ['visibilitychange', () => document.dispatchEvent(new Event('visibilitychange'))],
] as const)
  test(`CN5 ${name} ends the back-off at once`, async () => {
    const { client } = await start()
    const random = Math.random
    Math.random = () => 0.99
    onTestFinished(() => void (Math.random = random))
    await client.connect()
    window.dispatchEvent(new Event('offline')) // engine.io believes this event
    await expect.poll(() => client.status).toBe('reconnecting')
    wake()
    await expect.poll(() => client.status).toBe('connected')
  })
