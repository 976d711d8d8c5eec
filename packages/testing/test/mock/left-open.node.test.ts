import timers from 'node:timers'
import { createMockServer } from '@roomful/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'

test('a mock server that is left open does not keep the process alive', async () => {
  const setTimeout = vi.spyOn(timers, 'setTimeout')
  const pingInterval = 20
  const pingTimeout = 10_000
  const server = createMockServer({ url: 'http://open.example', options: { pingInterval, pingTimeout } })
  await server.listen()
  const client = new WebSocket('ws://open.example/socket.io/?EIO=4&transport=websocket')
  onTestFinished(async () => {
    client.terminate()
    await server.close()
    setTimeout.mockRestore()
  })
  await new Promise((resolve) => client.on('message', (data: Buffer) => data.toString() === '2' && resolve(data)))
  const heartbeats = setTimeout.mock.calls.flatMap(([, ms], index) => {
    const timer = setTimeout.mock.results[index]?.value as NodeJS.Timeout
    return ms === pingInterval || ms === pingTimeout ? [[ms, timer.hasRef()]] : []
  })
  expect(heartbeats).toEqual([
    [pingInterval, false],
    [pingTimeout, false],
  ])
})
