import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import type { Socket } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'
import { eventually, startProxy } from './support/tcp.ts'

async function startPair() {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const server = new Server(http, { pingInterval: 300, pingTimeout: 300 })
  onTestFinished(() => server.close())
  server.on('connection', (socket) =>
    socket.on('double', (value: number, answer: (n: number) => void) => answer(value * 2)),
  )

  const proxy = await startProxy((http.address() as AddressInfo).port)
  const client = io(proxy.url, { transports: ['websocket'], reconnectionDelay: 10, reconnectionDelayMax: 50 })
  onTestFinished(() => void client.disconnect())
  await eventually(() => expect(client.connected).toBe(true))
  return { server, proxy, client }
}

test('a Socket.IO client that is cut comes back through the proxy', async () => {
  const { proxy, client } = await startPair()
  expect(await client.emitWithAck('double', 21)).toBe(42)
  const lost = lostBy(client)
  proxy.cut()
  expect(await lost).toBe('transport close')
  await eventually(() => expect(client.connected).toBe(true))
  expect(await client.emitWithAck('double', 4)).toBe(8)
})

test('a stall is found out by the heartbeat on both sides, and healing brings the client back', async () => {
  const { server, proxy, client } = await startPair()
  const lost = lostBy(client)
  proxy.stall()
  expect(await lost).toBe('ping timeout')
  await eventually(() => expect(server.engine.clientsCount).toBe(0))

  proxy.pass()
  await eventually(() => expect(client.connected).toBe(true))
  expect(await client.emitWithAck('double', 5)).toBe(10)
})

const lostBy = (client: Socket): Promise<string> => new Promise((resolve) => client.once('disconnect', resolve))
