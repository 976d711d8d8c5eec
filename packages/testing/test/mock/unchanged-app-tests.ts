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

/** The functions that are replaced while a mock server listens. */
function replaceableFunctions(): unknown[] {
  const agents = [http.Agent.prototype, https.Agent.prototype] as unknown as { createConnection: unknown }[]
  const connects = [net.connect, net.createConnection, tls.connect, ...agents.map((agent) => agent.createConnection)]
  return [...connects, timers.setTimeout, timers.clearTimeout]
}

/** Apps connect to the mock server without a change, in Node and in jsdom. */
export function testUnchangedApp(): void {
  test('an app that was imported before listen(), with its own options, connects and upgrades', async () => {
    const server = await startMock()
    server.io.on('connection', (each) => each.on('sum', (a: number, b: number, answer: Answer) => answer(a + b)))
    onTestFinished(() => void socket.disconnect())
    expect(await socket.emitWithAck('sum', 1, 2)).toBe(3)
    await expect.poll(() => socket.io.engine.transport.name).toBe('websocket')
    expect(server).toHaveEmitted('sum', 1)
  })

  const transportLists = [['polling'], ['websocket'], ['polling', 'websocket']].map((transports) => ({
    transports,
    names: transports.join(' then '),
  }))
  describe.each(transportLists)('beside an msw of the app, by $names', ({ transports }) => {
    test.each([
      ['clients connect where the msw passes on unknown requests', 'bypass', false],
      ['clients connect where the msw refuses unknown requests and has handlersOf(server)', 'error', true],
    ] as const)('%s', async (_, onUnhandledRequest, withHandlers) => {
      const server = await startMock()
      const worker = setupServer(mswHttp.get('https://api.example/me', () => HttpResponse.json({ name: 'ann' })))
      if (withHandlers) worker.use(...handlersOf(server))
      worker.listen({ onUnhandledRequest })
      onTestFinished(() => worker.close())
      const client = await connectedClient({ transports })
      // msw does not take the connection over: Engine.IO still upgrades it.
      await expect.poll(() => client.io.engine.transport.name).toBe(transports.at(-1))
      expect(await (await fetch('https://api.example/me')).json()).toEqual({ name: 'ann' })
    })
  })

  test.each([
    ['fetch', Fetch],
    ['XMLHttpRequest', NodeXHR],
    ['ws', NodeWebSocket],
  ])('a connection that %s opens reaches the server', async (_, transport) => {
    const server = await startMock()
    const client = await connectedClient({ transports: [transport] })
    await expect.poll(() => server.io.sockets.sockets.has(String(client.id))).toBe(true)
  })

  test('connections to other addresses are untouched, and close() restores every replaced function', async () => {
    const web = createServer((_, response) => response.end('real')).listen(0, '127.0.0.1')
    onTestFinished(() => void web.close())
    await once(web, 'listening')
    const { port } = web.address() as net.AddressInfo
    const real = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}`)).text()

    const before = replaceableFunctions()
    const [server, other] = [await startMock(), await startMock({ url: `http://localhost:${port}` })]
    expect(replaceableFunctions().filter((each, at) => each === before[at])).toEqual([])
    await connectedClient()
    expect(await real()).toBe('real')
    await server.close()
    expect(await real()).toBe('real')
    await other.close()
    expect(replaceableFunctions()).toEqual(before)
    expect(await real()).toBe('real')
  })

  test('two servers have two addresses; a second server at one address is refused', async () => {
    const [one, two] = [await startMock(), await startMock({ url: 'http://other.example:8080' })]
    await connectedClient()
    expect([one.io.sockets.sockets.size, two.io.sockets.sockets.size]).toEqual([1, 0])
    await expect(startMock()).rejects.toThrow('another mock server already listens at mock.example:443')
    await two.close()
    await connectedClient()
    expect(one.io.sockets.sockets.size).toBe(2)
  })

  test('with fake timers a WebSocket connects without an advance of the clock, and its heartbeats follow the clock', async () => {
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

  test('with fake timers polling connects when the clock advances', async () => {
    useFakeTimers()
    await startMock()
    const client = startClient({ transports: ['polling'] })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(client.connected).toBe(true)
  })

  test('a heartbeat that started under real timers is cleared correctly after fake timers were used', async () => {
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
