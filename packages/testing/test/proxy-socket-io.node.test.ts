import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import type { ManagerOptions, Socket } from 'socket.io-client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { eventually, startProxy } from './support/tcp.ts'

async function startPair(options: Partial<ManagerOptions> = {}) {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const server = new Server(http, { pingInterval: 300, pingTimeout: 300 })
  onTestFinished(() => server.close())
  server.on('connection', (socket) =>
    socket.on('double', (value: number, answer: (n: number) => void) => answer(value * 2)),
  )

  const proxy = await startProxy((http.address() as AddressInfo).port)
  const client = io(proxy.url, {
    transports: ['websocket'],
    reconnectionDelay: 10,
    reconnectionDelayMax: 50,
    ...options,
  })
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

test('an answer that is dropped on its way: the server did it, the client cannot know', async () => {
  const { server, proxy, client } = await startPair()
  const doubled = vi.fn<(value: number) => void>()
  for (const socket of server.sockets.sockets.values()) socket.on('double', doubled)
  const lost = lostBy(client)
  proxy.drop('toClient')
  const answer = client.timeout(20_000).emitWithAck('double', 21)
  answer.catch(() => {})
  await eventually(() => expect(doubled).toHaveBeenCalledOnce())
  expect(await lost).toBe('ping timeout')
  await expect(answer).rejects.toThrow('disconnected')

  proxy.pass()
  await eventually(() => expect(client.connected).toBe(true))
  expect(await client.emitWithAck('double', 6)).toBe(12)
})

test('a server that is silent to new connections is given up, and found again when it speaks', async () => {
  const { proxy, client } = await startPair({ timeout: 200 })
  const failed = new Promise<Error>((resolve) => client.io.once('reconnect_error', resolve))
  proxy.silence()
  proxy.cut()
  expect((await failed).message).toBe('timeout')

  proxy.pass()
  await eventually(() => expect(client.connected).toBe(true))
  expect(await client.emitWithAck('double', 7)).toBe(14)
})

const lostBy = (client: Socket): Promise<string> => new Promise((resolve) => client.once('disconnect', resolve))
