import { onTestFinished } from 'vitest'
import { io as connectTo } from 'socket.io-client'
import { type Client, clientOf } from './start-rooms.ts'

/** Connects as a client at another address would, through a proxy: the server needs `trustProxy: 1`. */
export async function connectFrom(address: string, url: string, auth: Record<string, unknown> = {}): Promise<Client> {
  const socket = connectTo(url, {
    auth,
    extraHeaders: { 'x-forwarded-for': address },
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  })
  onTestFinished(() => {
    socket.disconnect()
  })
  const client = clientOf(socket)
  await client.hello()
  return client
}
