import { createClient } from '@roomful/client'
import { createMockServer } from '@roomful/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { nextEvent } from '../support/socket-events.ts'
import { startClient, startMock, url } from './start.ts'

/** The mock server in a page: the same in jsdom and in a browser. */
export function testPage(): void {
  test('offline() and online() set navigator.onLine and dispatch events, as a browser does', async () => {
    const events: string[] = []
    const record = ({ type }: Event): unknown => events.push(`${type} ${navigator.onLine}`)
    for (const type of ['online', 'offline']) {
      window.addEventListener(type, record)
      onTestFinished(() => window.removeEventListener(type, record))
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
    const received = vi.fn<() => void>()
    window.addEventListener('online', received)
    onTestFinished(() => window.removeEventListener('online', received))
    const [one, two] = [await startMock(), await startMock({ url: 'https://other.example' })]
    one.offline()
    one.offline()
    two.offline()
    one.online()
    expect([navigator.onLine, received.mock.calls.length]).toEqual([false, 0])
    two.online()
    expect([navigator.onLine, received.mock.calls.length]).toEqual([true, 1])
    await one.close()
    one.offline()
    expect(navigator.onLine).toBe(true)
  })

  test('close() ends offline() for the page', async () => {
    const server = await startMock()
    server.offline()
    await server.close()
    expect(navigator.onLine).toBe(true)
  })

  test('a client that is waiting for its next attempt reconnects when the page is online again', async () => {
    const server = await startMock()
    const client = createClient({ url, reconnect: { minDelayMs: 60_000, maxDelayMs: 60_000 } })
    onTestFinished(client.disconnect)
    await client.connect()
    server.offline()
    await expect.poll(() => client.status).toBe('reconnecting')
    server.online()
    await vi.waitFor(() => expect(client.status).toBe('connected'), { timeout: 20_000 })
  })

  test('an address has one server at a time, and a closed server cannot listen again', async () => {
    const server = await startMock()
    await server.listen()
    const other = createMockServer({ url: `${url}:443` })
    onTestFinished(() => other.close())
    await expect(other.listen()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'url: another mock server already listens at mock.example:443; close it first',
    })
    await server.close()
    await other.listen()
    await expect(server.listen()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'listen: this server is closed; create a new one',
    })
  })

  test('close() during listen() accepts no connection and frees the address', async () => {
    const server = createMockServer({ url })
    const listening = server.listen()
    await server.close()
    await listening
    const client = startClient({ reconnection: false })
    await nextEvent(client, 'connect_error')
    const next = await startMock()
    client.connect()
    await expect.poll(() => next.io.sockets.sockets.size).toBe(1)
  })

  test('HTTP options are accepted in a page too', async () => {
    await startMock({ options: { cors: { origin: '*' }, cookie: true } })
    await nextEvent(startClient(), 'connect')
    expect(navigator.onLine).toBe(true)
  })

  test('one page can have several servers, at the same time and one after another', async () => {
    const other = 'https://other.example'
    const [one, two] = await Promise.all([startMock(), startMock({ url: other })])
    const client = createClient({ url: other })
    onTestFinished(client.disconnect)
    await client.connect()
    expect([one.io.sockets.sockets.size, two.io.sockets.sockets.size]).toEqual([0, 1])
    await one.close()
    expect(client.status).toBe('connected')
    const again = await startMock()
    const next = createClient({ url })
    onTestFinished(next.disconnect)
    await next.connect()
    expect(again.io.sockets.sockets.size).toBe(1)
  })
}
