import { once } from 'node:events'
import net, { connect } from 'node:net'
import timers, { setTimeout } from 'node:timers'
import tls from 'node:tls'
import { promisify } from 'node:util'
import { handlersOf } from '@roomful/testing/msw'
import { setupServer } from 'msw/node'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startMock } from './start.ts'

const plain = 'http://plain.example'

test.each([
  ['net.connect', () => net.connect(80, 'plain.example')],
  ['connect, imported by name', () => connect({ port: 80, host: 'plain.example' })],
  ['net.createConnection', () => net.createConnection(80, 'plain.example')],
])('a connection by %s reaches the mock server', async (_, open) => {
  const server = await startMock({ url: plain })
  const connection = open()
  await once(connection, 'connect')
  expect(connection).not.toBeInstanceOf(net.Socket)
  await server.close()
  expect(connect).toBe(net.connect)
})

test('a timer function that was imported by name stays the real one', async () => {
  await startMock()
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  await new Promise((resolve) => setTimeout(resolve, 1))
  expect(vi.getTimerCount()).toBe(0)
  timers.setTimeout(() => {}, 1_000)
  expect(vi.getTimerCount()).toBe(1)
})

test('connect() calls its callback', async () => {
  await Promise.all([startMock({ url: plain }), startMock()])
  const called = vi.fn<() => void>()
  net.connect(80, 'plain.example', called)
  tls.connect(443, 'mock.example', {}, called)
  await expect.poll(() => called.mock.calls.length).toBe(2)
})

test.each(['offline', 'close'] as const)('%s() ends an idle connection', async (end) => {
  const server = await startMock({ url: plain })
  const connection = net.connect(80, 'plain.example')
  await once(connection, 'connect')
  const ended = once(connection, 'close')
  await server[end]()
  await ended
  expect(connection.destroyed).toBe(true)
})

test('a new connection is refused while the server restarts', async () => {
  const server = await startMock({ url: plain })
  const [restarting, connection] = [server.restart(), net.connect(80, 'plain.example')]
  expect(await once(connection, 'error')).toMatchObject([{ code: 'ECONNREFUSED' }])
  await restarting
  await once(net.connect(80, 'plain.example'), 'connect')
})

test('a request that is not for Socket.IO gets a 404 with an explanation', async () => {
  await startMock()
  const response = await fetch('https://mock.example/api/login', { method: 'POST', body: '{}' })
  expect(response.status).toBe(404)
  expect(await response.text()).toBe('the mock server of mock.example answers Socket.IO only, at /socket.io/\n')
})

test('a request fails where msw still has the handlers of a closed server', async () => {
  const server = await startMock()
  const worker = setupServer(...handlersOf(server))
  worker.listen({ onUnhandledRequest: 'error' })
  onTestFinished(() => worker.close())
  await server.close()
  const handshake = fetch('https://mock.example/socket.io/?EIO=4&transport=polling')
  await expect(handshake).rejects.toThrow('Failed to fetch')
})

test("Node's timers work as before, with promisify too", async () => {
  await startMock()
  const task = vi.fn<(...args: unknown[]) => void>()
  timers.setTimeout(task, 1, 'a', 'b')
  await expect.poll(() => task.mock.calls).toEqual([['a', 'b']])
  expect(await promisify(timers.setTimeout)(1, 'value')).toBe('value')
})

test('close() does not overwrite a function that other code has replaced', async () => {
  const real = timers.setTimeout
  onTestFinished(() => void (timers.setTimeout = real))
  const fake = vi.fn<() => void>() as unknown as typeof real
  timers.setTimeout = fake
  const server = await startMock()
  timers.setTimeout = real
  await server.close()
  expect(timers.setTimeout).toBe(real)
})
