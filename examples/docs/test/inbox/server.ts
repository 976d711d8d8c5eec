import type { ClientToServerEvents, ServerToClientEvents } from '@roomful/client'
import { createRooms } from '@roomful/server'
import type { Server } from 'socket.io'
import { directMessage, shop } from './contract.ts'

export function serve(io: Server<ClientToServerEvents<typeof shop>, ServerToClientEvents<typeof shop>>) {
  const rooms = createRooms(io, {
    contract: shop,
    authenticate: ({ auth }) => ({ id: String(auth.name) }), // a real app checks a token
  })
  io.on('connection', (socket) => {
    const user = rooms.userOf(socket)
    // A client can send anything, whatever the types say; an error that is not caught would end the process.
    socket.on('directMessage', async (data: unknown, answer: unknown) => {
      const isSent = await sendDirect(user?.id, data).catch((error: unknown) => console.error(error))
      if (typeof answer === 'function') answer(isSent === true)
    })
  })
  return rooms

  async function sendDirect(from: string | undefined, data: unknown): Promise<boolean> {
    const message = directMessage.safeParse(data)
    if (from === undefined || !message.success) return false
    const { to, text } = message.data
    await rooms.toUser(to).emit('directMessage', { from, text })
    return true
  }
}
