import { expect, test } from 'vitest'
import { handshake, startHostileServer } from '../support/hostile-server.ts'
import { startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'

const heartbeats = { pingInterval: 3_600_000, pingTimeout: 3_600_000 }

test('CN3 F24 an upgrade that breaks off is a loss at once, before the heartbeat is missed', async () => {
  expectNothingUncaught()
  const server = await startHostileServer((link) => {
    if (link.transport === 'websocket') {
      link.onPacket((packet) => {
        if (packet !== '2probe') return
        // Not before the client polls again: it waits for that poll then, to go over.
        setTimeout(() => {
          link.send('3probe')
          link.close()
        }, 100)
      })
      return
    }
    handshake(link, { ...heartbeats, upgrades: link.number === 1 ? ['websocket'] : [] })
    link.onPacket((packet) => packet.startsWith('40') && link.send(`40{"sid":"socket-${link.number}"}`))
  })
  const client = startClient(server.url)
  void client.connect()
  await until(client, 'reconnecting')
  expect(await until(client, 'connected')).toMatchObject({ id: 'socket-3' })
})

test('CN3 F23 polling goes on where a proxy swallows WebSockets', async () => {
  const server = await startHostileServer((link) => {
    if (link.transport === 'websocket') return
    handshake(link, { ...heartbeats, upgrades: ['websocket'] })
    link.onPacket((packet) => {
      if (packet.startsWith('40')) link.send('40{"sid":"a"}')
      else if (packet.startsWith('42')) link.send(`43${parseInt(packet.slice(2), 10)}["answer"]`)
    })
  })
  const client = startClient(server.url)
  await client.connect()
  await expect.poll(() => server.attempts).toBe(2) // the second is the WebSocket, which is never answered
  for (let n = 0; n < 5; n += 1) expect(await client.emitWithAck('ask', n)).toBe('answer')
  expect(client.status).toBe('connected')
})

test('EM1 F24 an upgrade under load loses and reorders nothing', async () => {
  const received: unknown[] = []
  const events: unknown[] = []
  const server = await startServer({
    configure: (io) =>
      io.on('connection', (socket) =>
        socket.on('n', (n: unknown) => {
          received.push(n)
          socket.emit('n', n)
        }),
      ),
  })
  const client = startClient(server.url)
  client.on('n', (n: unknown) => events.push(n))
  await client.connect()
  const numbers = Array.from({ length: 1_000 }, (_, n) => n)
  for (const n of numbers) {
    client.emit('n', n)
    if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await expect.poll(() => events.length).toBe(1_000)
  expect([received, events]).toEqual([numbers, numbers])
  const transports = Array.from(server.io.sockets.sockets.values(), ({ conn }) => conn.transport.name)
  expect(transports).toEqual(['websocket'])
})
