import { createProxy } from '@roomful/testing/proxy'
import { startServer } from './bench-server.ts'
import { createPlainClient, createRoomfulClient } from './room-client.ts'
import { rounds, type Table } from './rounds.ts'

const MESSAGES = 300
const ONE_WAY_MS = 25

/** Messages that are sent at once over a network with 50 ms round trip, until the server has confirmed all of them. */
export async function sends(): Promise<Table> {
  const create = { "socket.io's retries": await delayedClients('plain'), roomful: await delayedClients('rooms') }
  return rounds(3, ["socket.io's retries", 'roomful'], async (contender) => {
    const client = await create[contender]()
    const started = performance.now()
    await Promise.all(Array.from({ length: MESSAGES }, (_, n) => client.send(`message ${n}`)))
    const seconds = (performance.now() - started) / 1000
    client.disconnect()
    return { 'messages a second': MESSAGES / seconds }
  })
}

/** Returns a function that creates a client with a delayed connection. */
async function delayedClients(kind: 'plain' | 'rooms') {
  const proxy = await createProxy({ target: await startServer(kind) })
  proxy.delay(ONE_WAY_MS)
  return () => (kind === 'plain' ? createPlainClient(proxy.url) : createRoomfulClient(proxy.url))
}
