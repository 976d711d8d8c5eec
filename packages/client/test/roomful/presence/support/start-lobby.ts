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

/** Our own server, whose users say what they are doing; each start has a new log. */
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
        socket: { transports: ['websocket'] }, // closing the old transport during an upgrade breaks nothing
        ...given,
      })
      onTestFinished(client.close)
      return client
    },
    /** Breaks the connections below the sockets, as a network does; of one user, or of all. */
    cut: (name?: string) => {
      for (const socket of server.io.sockets.sockets.values())
        if (name === undefined || socket.handshake.auth['name'] === name) socket.conn.transport.close()
    },
  }
}
