import { createClient, type ExistingSocket } from '@roomful/client'
import { createProxy } from '@roomful/testing/proxy'
import { io } from 'socket.io-client'
import { io as io45 } from 'socket.io-client-4.5'
import { io as io46 } from 'socket.io-client-4.6'
import { io as io47 } from 'socket.io-client-4.7'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { rejection, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

/** A server with rooms, and a question that it does not answer. */
const startChat = () =>
  startServer({
    configure: (server) => {
      server.on('connection', (socket) => {
        socket.on('join', ({ room }: { room: string }, ack: () => void) => {
          void socket.join(room)
          ack()
        })
        socket.on('say', (room: string, text: string) => server.to(room).emit('said', { room, text }))
        socket.on('ask', (n: number, ack: (...values: unknown[]) => void) => ack(n + 1, 'more'))
        socket.on('never', () => {})
      })
    },
  })

const options = { forceNew: true, reconnectionDelay: 5, reconnectionDelayMax: 20 }

type Connect = (url: string, given: typeof options & { transports: string[] }) => ExistingSocket

describe.each<[string, Connect]>([
  ['4.5', io45],
  ['4.6', io46],
  ['4.7', io47],
  ['4.8', io],
])('CN19 a client over an existing socket of socket.io-client %s', (_version, connect) => {
  const start = (url: string, transports: string[]) => {
    const socket = connect(url, { ...options, transports })
    const client = createClient({ existingSocket: socket })
    onTestFinished(() => {
      client.close()
      socket.disconnect()
    })
    return client
  }

  test.each(['polling', 'websocket'])('joins, sends, receives and reconnects by %s', async (transport) => {
    const server = await startChat()
    const client = start(server.url, [transport])
    const said: unknown[] = []
    const room = await client.join('general')
    room.on('said', ({ text }: { text: string }) => said.push(text))
    for (const text of ['first', 'second']) {
      client.emit('say', 'general', text)
      await eventually(() => expect(said.at(-1)).toBe(text))
      expect(await client.emitWithAck('ask', 1)).toEqual([2, 'more'])
      await server.restart()
      await until(client, 'reconnecting')
      await until(client, 'connected')
    }
    expect(said).toEqual(['first', 'second'])
  })

  test('rejects a question whose answer the end of the connection cuts off', async () => {
    const server = await startChat()
    const client = start(server.url, ['websocket'])
    await client.connect()
    const asked = rejection(client.emitWithAck('never', 1))
    await server.restart()
    expect(await asked).toMatchObject({ code: 'DISCONNECTED' })
  })

  test('replaces a connection that does not answer the probe of wake()', { timeout: 10_000 }, async () => {
    const server = await startChat()
    const proxy = await createProxy({ target: server })
    onTestFinished(() => proxy.close())
    const client = start(proxy.url, ['websocket'])
    await client.connect()
    proxy.strand()
    client.wake()
    expect(await until(client, 'reconnecting')).toMatchObject({
      error: { message: expect.stringContaining('no answer to a probe') as string },
    })
    await until(client, 'connected')
  })
})
