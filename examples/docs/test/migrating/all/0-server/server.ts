import type { Server } from 'socket.io'

interface Message {
  room: string
  text: string
}

export function serve(io: Server): void {
  io.on('connection', (socket) => {
    socket.on('join', ({ room }: Message) => socket.join(room))
    socket.on('leave', ({ room }: Message) => socket.leave(room))
    socket.on('message', ({ room, text }: Message, ack?: () => void) => {
      io.to(room).emit('message', { room, text })
      ack?.()
    })
  })
}
