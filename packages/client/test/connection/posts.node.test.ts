import { Fetch } from 'engine.io-client'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { recordStatuses, startClient } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'

const SEPARATOR = '\u001e'

/** A server that counts the packets of each POST, and answers a POST as the test says. */
async function startPolled(answer: (number: number) => 'handle' | 500 | 'cut' = () => 'handle') {
  expectNothingUncaught()
  const posts: number[] = []
  const said: unknown[] = []
  const server = await startServer({
    configure: (io) => {
      io.engine.use(
        (
          request: import('node:http').IncomingMessage,
          response: import('node:http').ServerResponse,
          next: () => void,
        ) => {
          if (request.method !== 'POST') return next()
          const index = posts.push(0) - 1
          let body = ''
          request.on('data', (chunk: Buffer) => {
            body += String(chunk)
            posts[index] = body.split(SEPARATOR).length
          })
          const what = answer(index)
          if (what === 'cut') request.socket.destroy()
          else if (what === 500) response.writeHead(500).end('broken')
          else next()
        },
      )
      io.on('connection', (socket) => {
        socket.on('join', ({ room }: { room: string }, ack: () => void) => {
          void socket.join(room)
          ack()
        })
        socket.on('say', (n: unknown) => said.push(n))
      })
    },
  })
  return { server, posts, said }
}

describe.each<[string, string | object]>([
  ['polling', 'polling'],
  ['the transport Fetch of the app', Fetch],
])('CN15 by %s', (_name, transport) => {
  const socket = { transports: [transport] }

  test('a POST has at most 16 packets, and 1,000 events arrive in order', async () => {
    const { server, posts, said } = await startPolled()
    const client = startClient(server.url, { socket, queueLimit: 1_000 })
    const numbers = Array.from({ length: 1_000 }, (_, n) => n)
    for (const n of numbers) client.emit('say', n)
    await eventually(() => expect(said).toEqual(numbers))
    expect(Math.max(...posts)).toBe(16)
  })

  test.each([[500 as const], ['cut' as const]])(
    'a POST that fails (%s) ends the connection; the rooms are joined again',
    async (failure) => {
      let isBroken = false
      const { server } = await startPolled(() => (isBroken ? failure : 'handle'))
      const client = startClient(server.url, { socket })
      const statuses = recordStatuses(client)
      await client.join('general')
      isBroken = true
      client.emit('say', 1)
      await eventually(() => expect(client.status).toBe('reconnecting'))
      isBroken = false
      await eventually(() => expect(server.io.sockets.adapter.rooms.get('general')?.size).toBe(1))
      await eventually(() => expect(client.room('general').status).toBe('joined'))
      expect(statuses.slice(0, 4)).toEqual(['idle', 'connecting', 'connected', 'reconnecting'])
    },
  )
})
