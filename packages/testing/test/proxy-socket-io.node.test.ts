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

test('a Socket.IO client reconnects after cut', async () => {
  const { proxy, client } = await startPair()
  expect(await client.emitWithAck('double', 21)).toBe(42)
  const lost = nextDisconnect(client)
  proxy.cut()
  expect(await lost).toBe('transport close')
  await eventually(() => expect(client.connected).toBe(true))
  expect(await client.emitWithAck('double', 4)).toBe(8)
})

test('both sides detect a stall by their heartbeats, and the client reconnects after pass', async () => {
  const { server, proxy, client } = await startPair()
  const lost = nextDisconnect(client)
  proxy.stall()
  expect(await lost).toBe('ping timeout')
  await eventually(() => expect(server.engine.clientsCount).toBe(0))

  proxy.pass()
  await eventually(() => expect(client.connected).toBe(true))
  expect(await client.emitWithAck('double', 5)).toBe(10)
})

test('a dropped ack fails the call, although the server has handled the event', async () => {
  const { server, proxy, client } = await startPair()
  const doubled = vi.fn<(value: number) => void>()
  for (const socket of server.sockets.sockets.values()) socket.on('double', doubled)
  const lost = nextDisconnect(client)
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

test('a connection attempt during silence times out, and the client reconnects after pass', async () => {
  const { proxy, client } = await startPair({ timeout: 200 })
  const failed = new Promise<Error>((resolve) => client.io.once('reconnect_error', resolve))
  proxy.silence()
  proxy.cut()
  expect((await failed).message).toBe('timeout')

  proxy.pass()
  await eventually(() => expect(client.connected).toBe(true))
  expect(await client.emitWithAck('double', 7)).toBe(14)
})

const nextDisconnect = (client: Socket): Promise<string> => new Promise((resolve) => client.once('disconnect', resolve))
