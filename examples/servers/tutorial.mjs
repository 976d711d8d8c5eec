// What the servers on Node do, as examples/servers/flask-socketio does it: the tutorial's events, acks and rooms.

/** @param {import('socket.io').Server} io */
export function addTutorial(io) {
  io.use((socket, next) => {
    const { refuse } = socket.handshake.auth
    if (!refuse) return next()
    next(Object.assign(new Error('no'), { data: { code: 'FORBIDDEN', reason: refuse } }))
  })

  io.on('connection', (socket) => {
    const numbers = []
    socket.on('message', (text) => io.send(`Server received: ${text}`))
    socket.on('custom_event', () => io.emit('response_event', { message: 'Processed' }))
    socket.on('broadcast', (data) => io.emit('broadcast_message', data))

    socket.on('join', async ({ room }, ack) => {
      if (room === 'private') return ack({ error: 'members only' })
      await socket.join(room)
      io.to(room).emit('room_message', `User joined ${room}`)
      ack()
    })
    socket.on('leave', async ({ room }, ack) => {
      await socket.leave(room)
      io.to(room).emit('room_message', `User left ${room}`)
      ack()
    })
    socket.on('rooms', (ack) => ack(socket.rooms.size - 1)) // one is the connection's own

    socket.on('number', (number) => numbers.push(number))
    socket.on('numbers', (ack) => ack(numbers))
    socket.on('nothing', (ack) => ack())
    socket.on('value', (data, ack) => ack(data))
    socket.on('tuple', (first, second, ack) => ack(first, second))
    socket.on('failure', () => {}) // a handler that throws ends a Node process
    socket.on('ask_me', async (question) => socket.emit('answered', await socket.emitWithAck('question', question)))
  })
}
