import { createProxy } from '@roomful/testing/proxy'
import type { Server } from 'socket.io'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'
import { transports } from '../support/transports.ts'

const websocket = { socket: { transports: ['websocket'] } }

/** Counts the most sockets that were there at once, and the most CONNECT packets over one connection. */
async function startCounted(configure: (io: Server) => void = () => {}) {
  const most = { sockets: 0, connects: 0 }
  const server = await startServer({
    configure(io) {
      configure(io)
      io.on('connection', () => void (most.sockets = Math.max(most.sockets, io.sockets.sockets.size)))
      io.engine.on('connection', (connection) => {
        let connects = 0
        connection.on('packet', ({ type, data }: { type: string; data?: unknown }) => {
          if (type === 'message' && String(data).startsWith('0')) most.connects = Math.max(most.connects, ++connects)
        })
      })
    },
  })
  return { server, most }
}

describe('CN4 a client has one live socket at most', () => {
  test.each([...transports, 'default'])('however quickly it connects and disconnects, over %s', async (name) => {
    const { server, most } = await startCounted()
    const client = startClient(server.url, name === 'default' ? {} : { socket: { transports: [name] } })
    for (let round = 0; round < 30; round += 1) {
      void client.connect()
      // At once, a moment later, and when connected.
      if (round % 3 === 1) await new Promise((resolve) => setImmediate(resolve))
      if (round % 3 === 2) await client.connect()
      client.disconnect()
    }
    await client.connect()
    await eventually(() => expect(server.sockets).toBe(1))
    expect(most).toEqual({ sockets: 1, connects: 1 })
    // Over polling, a client that disconnects before the handshake has no session to end: the server removes it later.
    if (name === 'websocket') await eventually(() => expect(server.connections).toBe(1))
    client.disconnect()
    await eventually(() => expect(server.sockets).toBe(0))
  })

  test('F11 however often the connection is cut', async () => {
    const { server, most } = await startCounted()
    const proxy = await createProxy({ target: { port: server.port } })
    onTestFinished(() => proxy.close())
    // Over polling, a cut between two requests is seen by one side only, and the other keeps its half for a while.
    const client = startClient(proxy.url, websocket)
    await client.connect()
    for (let cuts = 0; cuts < 20; cuts += 1) {
      if (cuts % 2) proxy.reset()
      else proxy.cut()
      // The next cut comes before this one was noticed, while it comes back, or when it is back.
      for (let ticks = 0; ticks < (cuts % 3) * 5; ticks += 1) await new Promise((resolve) => setImmediate(resolve))
      if (cuts % 3 === 2) await until(client, 'connected')
    }
    await until(client, 'connected')
    await eventually(() => expect([server.sockets, server.connections]).toEqual([1, 1]))
    expect(most.connects).toBe(1)
  })

  test('F21 with an auth that is slower than a reconnect', async () => {
    const { server, most } = await startCounted()
    const answers: (() => void)[] = []
    let isSlow = false
    const auth = () => (isSlow ? new Promise<Record<string, never>>((resolve) => answers.push(() => resolve({}))) : {})
    const client = startClient(server.url, { ...websocket, auth, connectTimeoutMs: 200 })
    await client.connect()
    isSlow = true
    for (let round = 0; round < 3; round += 1) {
      const asked = answers.length
      await server.restart()
      await eventually(() => expect(answers.length).toBeGreaterThan(asked + 1))
      // Those of attempts that have ended answer together with the one that counts.
      for (const answer of answers) answer()
      await expect
        .poll(() => {
          for (const answer of answers) answer()
          return client.status
        })
        .toBe('connected')
    }
    await eventually(() => expect([server.sockets, server.connections]).toEqual([1, 1]))
    expect(most).toEqual({ sockets: 1, connects: 1 })
  })

  test('with a server that accepts too late, after the attempt has ended', async () => {
    const waiting: (() => void)[] = []
    const { server, most } = await startCounted((io) => io.use((_socket, next) => void waiting.push(next)))
    const client = startClient(server.url, { ...websocket, connectTimeoutMs: 400 })
    void client.connect()
    await eventually(() => expect(waiting.length).toBeGreaterThan(1))
    await expect
      .poll(() => {
        for (const next of waiting.splice(0)) next()
        return client.status
      })
      .toBe('connected')
    await eventually(() => expect([server.sockets, server.connections]).toEqual([1, 1]))
    expect(most.connects).toBe(1)
  })
})
