import { wire } from '@roomful/contract/protocol'
import type { Server } from 'socket.io'
import type { Socket } from 'socket.io-client'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { endWithBye } from '../src/connection/bye.ts'
import { guestChat } from './support/chat.ts'
import { clientOf, connectRaw, startRooms } from './support/start-rooms.ts'

/** The server's socket of the only client. */
function onlySocket(io: Server) {
  const [socket] = io.sockets.sockets.values()
  if (socket === undefined) throw new Error('no client is connected')
  return socket
}

const ended = (socket: Socket): Promise<string> => new Promise((resolve) => socket.once('disconnect', resolve))

describe('E4 the server ends a connection with $bye', () => {
  test.each(['CLOSING', 'UNAUTHORIZED', 'RATE', 'LIMIT'])(
    'after %s any Socket.IO client reconnects by itself',
    async (code) => {
      const { io, connect } = await startRooms({ contract: guestChat })
      const ann = await connect()
      ann.socket.io.reconnection(true).reconnectionDelay(10)
      const reason = ended(ann.socket)
      endWithBye(onlySocket(io), { code, after: 20, message: 'come back' })
      expect(await reason).toBe('transport close')
      expect(ann.of(wire.bye)).toEqual([[{ code, after: 20, message: 'come back' }]])
      await expect.poll(() => ann.of(wire.hello).length).toBe(2)
    },
  )

  test.each(['KICKED', 'FORBIDDEN', 'MOVED_OUT'])('after %s a client does not return', async (code) => {
    const { io, connect } = await startRooms({ contract: guestChat })
    const ann = await connect()
    ann.socket.io.reconnection(true).reconnectionDelay(10)
    const reason = ended(ann.socket)
    endWithBye(onlySocket(io), { code })
    expect(await reason).toBe('io server disconnect')
    expect(ann.of(wire.bye)).toEqual([[{ code }]])
    expect(ann.socket.active).toBe(false)
  })

  test('after a final code the other namespaces of the connection stay connected', async () => {
    const { io, url } = await startRooms({ contract: guestChat })
    io.of('/news')
    const ann = connectRaw(url)
    const news = ann.io.socket('/news')
    await clientOf(ann).hello()
    news.connect()
    await expect.poll(() => news.connected).toBe(true)
    const reason = ended(ann)
    endWithBye(onlySocket(io), { code: 'KICKED' })
    await reason
    expect(news.connected).toBe(true)
  })

  test('a connection that ends at once leaves no timer behind', async () => {
    const { io, connect } = await startRooms({ contract: guestChat })
    await connect()
    const socket = onlySocket(io)
    const close = vi.spyOn(socket.conn, 'close')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    endWithBye(socket, { code: 'RATE' })
    expect(socket.conn.readyState).toBe('closed')
    vi.advanceTimersByTime(2_000)
    expect(close).toHaveBeenCalledTimes(1)
  })

  test('a client that does not read is disconnected all the same', async () => {
    const { io, connect } = await startRooms({ contract: guestChat })
    await connect()
    const socket = onlySocket(io)
    const { conn } = socket
    const closed = new Promise<string>((resolve) => conn.once('close', resolve))
    conn.transport.writable = false // as while a client reads nothing
    endWithBye(socket, { code: 'RATE' })
    expect(conn.readyState).toBe('closing')
    expect(await closed).toBe('forced close')
  })
})
