import { createClient, plainRooms, roomful } from '@roomful/client'
import type { Socket } from 'socket.io-client'
import { expectTypeOf, test } from 'vitest'

interface ServerToClient {
  said: (text: string) => void
}
interface ClientToServer {
  say: (text: string) => void
}

declare const typed: Socket<ServerToClient, ClientToServer>
declare const untyped: Socket

test('CN19 an existing socket is taken in place of an url', () => {
  const client = createClient<ServerToClient, ClientToServer>({ existingSocket: typed })
  client.on('said', (text) => expectTypeOf(text).toEqualTypeOf<string>())
  createClient({ existingSocket: untyped, queueLimit: 1 })
  createClient({ existingSocket: untyped, rooms: plainRooms() })
  // @ts-expect-error -- roomful() needs a socket of the client
  createClient({ existingSocket: untyped, rooms: roomful() })
  // @ts-expect-error -- the socket has an address
  createClient({ existingSocket: untyped, url: 'https://example.com' })
  // @ts-expect-error -- the socket has its credentials
  createClient({ existingSocket: untyped, auth: {} })
  // @ts-expect-error -- the socket has its options
  createClient({ existingSocket: untyped, socket: {} })
  // @ts-expect-error -- one of both is needed
  createClient({ queueLimit: 1 })
})
