import { createRooms } from '@roomful/server'
import type { Server } from 'socket.io'
import { chat } from './contract.ts'

interface Message {
  room: string
  text: string
}

export function serve(io: Server): void {
  const rooms = createRooms(io, { contract: chat })
  // This line and the handlers below serve pages with the old code.
  rooms.handle('message', ({ room, data }) => void io.to(room).emit('message', { room, ...data }))
  io.on('connection', (socket) => {
    socket.on('join', ({ room }: Message) => socket.join(room))
    socket.on('leave', ({ room }: Message) => socket.leave(room))
    socket.on('message', async ({ room, text }: Message, ack?: () => void) => {
      io.to(room).emit('message', { room, text })
      await rooms.to(room).emit('message', { text })
      ack?.()
    })
  })
}
