import { type Client, type ClientOptions, createClient, defineContract, roomful } from '@roomful/client'
import { createRooms, memoryLog, type Rooms, type RoomsOptions } from '@roomful/server'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { soon } from '../../../support/test-client.ts'
import { startServer } from '../../../support/test-server.ts'

const lobby = defineContract({
  room: { message: z.object({ text: z.string() }) },
  user: z.object({ id: z.string() }),
  presence: z.object({ status: z.string().max(10_000), note: z.string().default('') }),
})
export type Lobby = typeof lobby

/** A server with `@roomful/server` and a contract with presence; each start has a new log. */
export async function startLobby(options: Partial<RoomsOptions<Lobby>> = {}) {
  let rooms!: Rooms<Lobby>
  const server = await startServer({
    configure: (io) => {
      rooms = createRooms(io, {
        contract: lobby,
        log: memoryLog(),
        authenticate: ({ auth }) => ({ id: String(auth['name']) }),
        ...options,
      })
    },
  })
  return {
    server,
    rooms,
    connect: (name: string, given: Partial<ClientOptions> = {}): Client<Lobby> => {
      const client = createClient({
        url: server.url,
        contract: lobby,
        auth: { name },
        reconnect: soon,
        rooms: roomful(),
        socket: { transports: ['websocket'] }, // a transport that closes during an upgrade ends no connection
        ...given,
      })
      onTestFinished(client.close)
      return client
    },
    /** Ends the transports below the sockets, as a network fault does: of one user, or of all. */
    cut: (name?: string) => {
      for (const socket of server.io.sockets.sockets.values())
        if (name === undefined || socket.handshake.auth['name'] === name) socket.conn.transport.close()
    },
  }
}
