import { type Client, type ClientOptions, createClient, defineContract, roomful } from '@roomful/client'
import { createRooms, memoryLog, refuse, type RoomsOptions } from '@roomful/server'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { soon } from '../../support/test-client.ts'
import { startServer } from '../../support/test-server.ts'

const chat = defineContract({
  clientToServer: { note: z.string() },
  serverToClient: { news: z.string() },
  room: {
    message: z.object({ text: z.string().min(1).max(100) }),
    bell: {},
    cursor: { data: z.object({ x: z.number() }), volatile: true },
  },
  user: z.object({ id: z.string(), name: z.string() }),
})
export type Chat = typeof chat

/** Our own server with a small chat. "staff" is for Ann; "spam" is refused; each start has a new log. */
export async function startChat(options: Partial<RoomsOptions<Chat>> = {}) {
  let rooms: ReturnType<typeof createRooms<Chat>> | undefined
  const server = await startServer({
    configure: (io) => {
      rooms = createRooms(io, {
        contract: chat,
        log: memoryLog(),
        authenticate: ({ auth }) => ({ id: String(auth['name']).toLowerCase(), name: String(auth['name']) }),
        authorize: { join: ({ room, user }) => room !== 'staff' || user.id === 'ann' },
        ...options,
      })
      rooms.handle('message', ({ data }) => {
        if (data.text === 'spam') throw refuse('SPAM', 'no spam here')
        return { text: data.text.trim() }
      })
    },
  })
  return {
    server,
    rooms: () => {
      if (!rooms) throw new Error('the server was not configured')
      return rooms
    },
    connect: (name: string, given: Partial<ClientOptions> = {}): Client<Chat> => {
      const options = { url: server.url, contract: chat, auth: { name }, reconnect: soon, rooms: roomful(), ...given }
      const client = createClient(options)
      onTestFinished(client.close)
      return client
    },
  }
}
