import { onTestFinished } from 'vitest'
import { io as connectTo } from 'socket.io-client'
import { type Client, clientOf } from './start-rooms.ts'

/** Connects as a client at another address would, through a proxy: the server needs `trustProxy: 1`. Rejects where it is refused. */
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
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  await client.hello()
  return client
}
