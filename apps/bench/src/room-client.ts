import { createClient, roomful } from '@roomful/client'
import { io, type Socket } from 'socket.io-client'
import { chat } from './chat.ts'

/** A client in a room. */
export interface RoomClient {
  /** Resolves when the server has confirmed the message. */
  send(text: string): Promise<unknown>
  /** Resolves when this number of further messages has arrived. */
  receive(count: number): Promise<void>
  disconnect(): void
  /** Reconnects at once, without waiting for the next attempt. */
  reconnect(): Promise<unknown>
}

export async function createRoomfulClient(url: string, name = 'general'): Promise<RoomClient> {
  const client = createClient({
    url,
    contract: chat,
    rooms: roomful(),
    socket: { transports: ['websocket'], forceNew: true },
  })
  const room = await client.join(name)
  const { count, receive } = createCounter()
  room.on('message', count)
  return {
    send: (text) => room.emit('message', { text }),
    receive,
    disconnect: client.disconnect,
    reconnect: client.connect,
  }
}

/** The most reliable configuration of Socket.IO: the client retries until an ack, and the server recovers connections. */
export async function createPlainClient(url: string): Promise<RoomClient> {
  const options = { transports: ['websocket'], forceNew: true, reconnection: false, retries: 3, ackTimeout: 10_000 }
  const socket = io(url, options)
  await connected(socket)
  await socket.emitWithAck('join', 'general')
  const { count, receive } = createCounter()
  socket.on('message', count)
  return {
    send: (text) => socket.emitWithAck('message', { text }),
    receive,
    disconnect: () => socket.io.engine.close(),
    async reconnect() {
      socket.connect()
      await connected(socket)
      if (!socket.recovered) throw new Error('the connection was not recovered')
    },
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
}

function createCounter() {
  let remaining = 0
  let done = (): void => {}
  const count = (): void => {
    remaining -= 1
    if (remaining === 0) done()
  }
  const receive = (expected: number): Promise<void> =>
    new Promise((resolve) => {
      remaining = expected
      done = resolve
      if (expected === 0) done()
    })
  return { count, receive }
}
