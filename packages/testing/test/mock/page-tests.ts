import { createClient } from '@roomful/client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startMock, url } from './start.ts'

/** What a page sees of a lost network, in jsdom and in a browser. */
export function testPage(): void {
  test('offline() and online() are told to the page as a browser does', async () => {
    const events: string[] = []
    const hear = ({ type }: Event): unknown => events.push(`${type} ${navigator.onLine}`)
    for (const type of ['online', 'offline']) {
      window.addEventListener(type, hear)
      onTestFinished(() => window.removeEventListener(type, hear))
    }
    const server = await startMock()
    server.online()
    server.offline()
    expect(events).toEqual(['offline false'])
    server.online()
    server.online()
    expect(events).toEqual(['offline false', 'online true'])
  })

  test('close() leaves no page offline', async () => {
    const server = await startMock()
    server.offline()
    await server.close()
    expect(navigator.onLine).toBe(true)
  })

  test('a client that waits long for its next attempt comes back with the network', async () => {
    const server = await startMock()
    const client = createClient({ url, reconnect: { minDelayMs: 60_000, maxDelayMs: 60_000 } })
    onTestFinished(client.disconnect)
    await client.connect()
    server.offline()
    await expect.poll(() => client.status).toBe('reconnecting')
    server.online()
    await vi.waitFor(() => expect(client.status).toBe('connected'), { timeout: 20_000 })
  })

  test('several servers in one page, one by one and together', async () => {
    const other = 'https://other.example'
    const [one, two] = await Promise.all([startMock(), startMock({ url: other })])
    const client = createClient({ url: other })
    onTestFinished(client.disconnect)
    await client.connect()
    expect([one.io.sockets.sockets.size, two.io.sockets.sockets.size]).toEqual([0, 1])
    await one.close()
    expect(client.status).toBe('connected')
    const again = await startMock()
    const here = createClient({ url })
    onTestFinished(here.disconnect)
    await here.connect()
    expect(again.io.sockets.sockets.size).toBe(1)
  })
}
