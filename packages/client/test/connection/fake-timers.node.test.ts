import { createRooms } from '@roomful/server'
import { createMockServer } from '@roomful/testing'
import { type ClientOptions, createClient, defineContract, roomful, typeOnly } from '@roomful/client'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { startServer } from '../support/test-server.ts'
import { transportOrders } from '../support/transports.ts'

const contract = defineContract({ room: { message: typeOnly<string>() } })

/** With default options, as tests of apps begin: before a client is made. */
function useFakeTimers(): void {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
}

function start(options: ClientOptions) {
  const client = createClient(options)
  onTestFinished(client.close)
  return client
}

describe.each(transportOrders)('CN20 under fake timers, by %s', (names) => {
  const socket = { transports: names.split(', ') }

  test.each([
    ['before the server is', true],
    ['after the server is', false],
  ])(
    'that were installed %s started, a client connects and gets answers without an advance of the clock',
    async (_name, isFirst) => {
      if (isFirst) useFakeTimers()
      const server = await startServer({
        configure: (io) =>
          io.on('connection', (socket) => {
            socket.on('ask', (n: number, ack: (n: number) => void) => ack(n))
            socket.on('join', (_params: unknown, ack: () => void) => ack())
          }),
      })
      if (!isFirst) useFakeTimers()
      const client = start({ url: server.url, socket })
      await client.connect()
      for (let n = 0; n < 20; n += 1) expect(await client.emitWithAck('ask', n)).toBe(n)
      await client.join('general')
    },
  )

  test('a client of a mock server connects, joins and sends without an advance of the clock', async () => {
    useFakeTimers()
    const server = createMockServer({ url: 'https://chat.example' })
    const rooms = createRooms(server.io, { contract })
    await server.listen()
    onTestFinished(async () => {
      await rooms.close()
      await server.close()
    })
    const client = start({ url: server.url, socket, rooms: roomful() })
    const room = await client.join('general')
    expect(await room.emit('message', 'hello')).toMatchObject({ confirmed: true, seq: 1 })
  })

  test('time-outs follow the clock', async () => {
    useFakeTimers()
    const server = await startServer()
    const client = start({ url: server.url, socket })
    await client.connect()
    const answer = client
      .timeout(5_000)
      .emitWithAck('nothing')
      .catch((error: { code: string }) => error.code)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await answer).toBe('TIMEOUT')
  })
})
