import { createClient } from '@roomful/client'
import { createMockServer } from '@roomful/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { eventually, startClient, startMock, url } from './start.ts'

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

  test('the page is back online when no server is offline', async () => {
    const heard = vi.fn<() => void>()
    window.addEventListener('online', heard)
    onTestFinished(() => window.removeEventListener('online', heard))
    const [one, two] = [await startMock(), await startMock({ url: 'https://other.example' })]
    one.offline()
    one.offline()
    two.offline()
    one.online()
    expect([navigator.onLine, heard.mock.calls.length]).toEqual([false, 0])
    two.online()
    expect([navigator.onLine, heard.mock.calls.length]).toEqual([true, 1])
    await one.close()
    one.offline()
    expect(navigator.onLine).toBe(true)
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

  test('an address has one server at a time, and one that is closed listens no more', async () => {
    const server = await startMock()
    await server.listen()
    const other = createMockServer({ url: `${url}:443` })
    onTestFinished(() => other.close())
    await expect(other.listen()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'url: another mock server listens at chat.example:443, close it first',
    })
    await server.close()
    await other.listen()
    await expect(server.listen()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'listen: this server is closed; make a new one',
    })
  })

  test('close() while listen() is under way: nobody gets in, and the address is free', async () => {
    const server = createMockServer({ url })
    const listening = server.listen()
    await server.close()
    await listening
    const client = startClient({ reconnection: false })
    await eventually(client, 'connect_error')
    const next = await startMock()
    client.connect()
    await expect.poll(() => next.io.sockets.sockets.size).toBe(1)
  })

  test('the options of HTTP may be given in a page too', async () => {
    await startMock({ options: { cors: { origin: '*' }, cookie: true } })
    await eventually(startClient(), 'connect')
    expect(navigator.onLine).toBe(true)
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
