import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { recordInspect, startClient } from '../support/test-client.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'

const ASKS = 50_000
const ANSWER = 'x'.repeat(1_000)

/** Accepts a client, reads nothing more of it, and asks it 50,000 times. */
async function startGreedyServer(): Promise<string> {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const server = new WebSocketServer({ server: http })
  server.on('connection', (socket) => {
    socket.send('0{"sid":"engine","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}')
    socket.once('message', () => {
      socket.pause()
      socket.send('40{"sid":"socket"}')
      for (let id = 0; id < ASKS; id += 1) socket.send(`42${id}["ask"]`)
      socket.send('42["end"]')
    })
  })
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate()
    http.close()
  })
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

test('SEC29 DS16 a server that asks 50,000 times and reads no answer gets no more than 16 MiB of them into the memory', async () => {
  expectNothingUncaught()
  const { ofType, inspect } = recordInspect()
  const client = startClient(await startGreedyServer(), { inspect, socket: { transports: ['websocket'] } })
  client.on('ask', (acknowledge: (answer: string) => void) => acknowledge(ANSWER))
  const ended = new Promise<void>((resolve) => client.once('end', resolve))
  await client.connect()
  await ended
  const drops = ofType('drop')
  expect(ofType('answer').length + drops.length).toBe(ASKS)
  // The buffers of TCP take up to 16 MiB more.
  expect(ofType('answer').length * ANSWER.length).toBeLessThan(32 * 1_048_576)
  expect(new Set(drops.map(({ reason }) => reason))).toEqual(new Set(['the server does not read its answers']))
})
