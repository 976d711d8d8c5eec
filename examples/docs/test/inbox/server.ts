import type { ClientToServerEvents, ServerToClientEvents } from '@roomful/client'
import { createRooms } from '@roomful/server'
import type { Server } from 'socket.io'
import { shop } from './contract.ts'

export function serve(io: Server<ClientToServerEvents<typeof shop>, ServerToClientEvents<typeof shop>>) {
  const rooms = createRooms(io, {
    contract: shop,
    authenticate: ({ auth }) => ({ id: String(auth.name) }), // a real app checks a token
  })
  io.on('connection', (socket) => {
    const user = rooms.userOf(socket)
    socket.on('directMessage', async ({ to, text }, answer) => {
      if (user) await rooms.toUser(to).emit('directMessage', { from: user.id, text })
      answer(user !== undefined)
    })
  })
  return rooms
}
