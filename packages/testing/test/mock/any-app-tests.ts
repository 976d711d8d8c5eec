import '@roomful/testing/vitest'
import { once } from 'node:events'
import http, { createServer } from 'node:http'
import https from 'node:https'
import net from 'node:net'
import timers from 'node:timers'
import tls from 'node:tls'
import { handlersOf } from '@roomful/testing/msw'
import { HttpResponse, http as mswHttp } from 'msw'
import { setupServer } from 'msw/node'
import { Fetch, NodeWebSocket, NodeXHR } from 'socket.io-client'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { socket } from './app.ts'
import { connectedClient, startClient, startMock, useFakeTimers } from './start.ts'

type Answer = (value: unknown) => void

/** What stands in the place of others while a mock server listens. */
function whatIsTaken(): unknown[] {
  const agents = [http.Agent.prototype, https.Agent.prototype] as unknown as { createConnection: unknown }[]
  const openers = [net.connect, net.createConnection, tls.connect, ...agents.map((agent) => agent.createConnection)]
  return [...openers, timers.setTimeout, timers.clearTimeout]
}

/** What an app need not do for its tests, in Node and in jsdom. */
export function testAnyApp(): void {
  test('an app that was imported first, with options of its own, finds the server and upgrades', async () => {
    const server = await startMock()
    server.io.on('connection', (each) => each.on('sum', (a: number, b: number, answer: Answer) => answer(a + b)))
    onTestFinished(() => void socket.disconnect())
    expect(await socket.emitWithAck('sum', 1, 2)).toBe(3)
    await expect.poll(() => socket.io.engine.transport.name).toBe('websocket')
    expect(server).toHaveEmitted('sum', 1)
  })

  const ways = [['polling'], ['websocket'], ['polling', 'websocket']].map((names) => ({
    names,
    way: names.join(' then '),
  }))
  describe.each(ways)('beside an msw of its own: $way', ({ names }) => {
    test.each([
      ['that lets pass what it does not know', 'bypass', false],
      ['that lets nothing pass', 'error', true],
    ] as const)('%s', async (_, onUnhandledRequest, withHandlers) => {
      const server = await startMock()
      const worker = setupServer(mswHttp.get('https://api.example/me', () => HttpResponse.json({ name: 'ann' })))
      if (withHandlers) worker.use(...handlersOf(server))
      worker.listen({ onUnhandledRequest })
      onTestFinished(() => worker.close())
      const client = await connectedClient({ transports: names })
      // The way through an msw is the same: engine.io's own, with its upgrade.
      await expect.poll(() => client.io.engine.transport.name).toBe(names.at(-1))
      expect(await (await fetch('https://api.example/me')).json()).toEqual({ name: 'ann' })
    })
  })

  test.each([
    ['fetch', Fetch],
    ['XMLHttpRequest', NodeXHR],
    ['ws', NodeWebSocket],
  ])('whatever opens the connection: %s', async (_, transport) => {
    const server = await startMock()
    const client = await connectedClient({ transports: [transport] })
    await expect.poll(() => server.io.sockets.sockets.has(String(client.id))).toBe(true)
  })

  test('other addresses are left alone, and after close() nothing is left of it', async () => {
    const web = createServer((_, response) => response.end('real')).listen(0, '127.0.0.1')
    onTestFinished(() => void web.close())
    await once(web, 'listening')
    const { port } = web.address() as net.AddressInfo
    const real = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}`)).text()

    const before = whatIsTaken()
    const [server, other] = [await startMock(), await startMock({ url: `http://localhost:${port}` })]
    expect(whatIsTaken().filter((each, at) => each === before[at])).toEqual([])
    await connectedClient()
    expect(await real()).toBe('real')
    await server.close()
    expect(await real()).toBe('real')
    await other.close()
    expect(whatIsTaken()).toEqual(before)
    expect(await real()).toBe('real')
  })

  test('two servers at two addresses, and none at the same', async () => {
    const [one, two] = [await startMock(), await startMock({ url: 'http://other.example:8080' })]
    await connectedClient()
    expect([one.io.sockets.sockets.size, two.io.sockets.sockets.size]).toEqual([1, 0])
    await expect(startMock()).rejects.toThrow('another mock server listens at chat.example:443')
    await two.close()
    await connectedClient()
    expect(one.io.sockets.sockets.size).toBe(2)
  })

  test('fake timers: a WebSocket connects without them, and lives as long as they run', async () => {
    useFakeTimers()
    const server = await startMock()
    server.io.on('connection', (each) => each.on('sum', (a: number, b: number, answer: Answer) => answer(a + b)))
    const client = await connectedClient()
    expect(await client.emitWithAck('sum', 1, 2)).toBe(3)
    const lost = vi.fn<() => void>()
    client.on('disconnect', lost)
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(lost).not.toHaveBeenCalled()
    expect(await client.emitWithAck('sum', 3, 4)).toBe(7)
    server.kick()
    await expect.poll(() => lost.mock.calls).toEqual([['io server disconnect', undefined]])
  })

  test('fake timers: polling connects while they advance', async () => {
    useFakeTimers()
    await startMock()
    const client = startClient({ transports: ['polling'] })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(client.connected).toBe(true)
  })

  test('fake timers that come and go between: no heartbeat is lost', async () => {
    const server = await startMock({ options: { pingInterval: 1_000, pingTimeout: 1_000 } })
    const client = await connectedClient()
    const warned = vi.spyOn(console, 'warn')
    onTestFinished(() => warned.mockRestore())
    useFakeTimers()
    vi.useRealTimers()
    server.kick()
    await expect.poll(() => client.connected).toBe(false)
    expect(warned).not.toHaveBeenCalled()
  })
}
