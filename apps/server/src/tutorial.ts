import { refuse } from '@roomful/server'
import { answer } from './events.ts'
import type { ChatServer, ChatSocket } from './events.ts'

/** Keeps the tutorial's rooms apart from the chat's and from those that Socket.IO makes for each socket's own id. */
const PREFIX = 'tutorial:'
const MAX_ROOMS = 64

/** The events of the Flask-SocketIO tutorial, word for word: for anybody, signed in or not. */
export function serveTutorial(io: ChatServer, socket: ChatSocket): void {
  answer(socket, 'message', (text) => {
    io.emit('message', `Server received: ${text}`)
  })
  answer(socket, 'custom_event', () => {
    io.emit('response_event', { message: 'Processed' })
  })
  answer(socket, 'broadcast', (data) => {
    io.emit('broadcast_message', data)
  })
  answer(socket, 'join', async ({ room }) => {
    assertMayJoin(socket, PREFIX + room)
    await socket.join(PREFIX + room)
    io.to(PREFIX + room).emit('room_message', `User joined ${room}`)
  })
  answer(socket, 'leave', async ({ room }) => {
    await socket.leave(PREFIX + room)
    io.to(PREFIX + room).emit('room_message', `User left ${room}`)
  })
}

function assertMayJoin(socket: ChatSocket, room: string): void {
  const joined = [...socket.rooms].filter((name) => name.startsWith(PREFIX))
  if (joined.includes(room) || joined.length < MAX_ROOMS) return
  throw refuse('LIMIT', `a connection may be in at most ${MAX_ROOMS} rooms: leave one first`)
}
