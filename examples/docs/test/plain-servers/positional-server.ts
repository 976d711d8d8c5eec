import type { Server } from 'socket.io'

export function serve(io: Server) {
  io.on('connection', (socket) => {
    socket.on('join', (room, ack) => {
      void socket.join(room)
      if (typeof ack === 'function') ack() // with params they are the second argument
    })
    socket.on('leave', (room) => void socket.leave(room))
    socket.on('chat message', (room, text) => socket.to(room).emit('chat message', room, text))
  })
}
