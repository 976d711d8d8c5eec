import { refuse } from '@roomful/server'
import { handleEvent } from './events.ts'
import type { ChatServer, ChatSocket } from './events.ts'

/** Separates the tutorial's rooms from the chat's rooms, and from the room that Socket.IO makes for each socket. */
const PREFIX = 'tutorial:'
const MAX_ROOMS = 64

/** Serves the events of the Flask-SocketIO tutorial to every client, signed in or not. */
export function serveTutorial(io: ChatServer, socket: ChatSocket): void {
  handleEvent(socket, 'message', (text) => {
    io.emit('message', `Server received: ${text}`)
  })
  handleEvent(socket, 'custom_event', () => {
    io.emit('response_event', { message: 'Processed' })
  })
  handleEvent(socket, 'broadcast', (data) => {
    io.emit('broadcast_message', data)
  })
  handleEvent(socket, 'join', async ({ room }) => {
    assertMayJoin(socket, PREFIX + room)
    await socket.join(PREFIX + room)
    io.to(PREFIX + room).emit('room_message', `User joined ${room}`)
  })
  handleEvent(socket, 'leave', async ({ room }) => {
    await socket.leave(PREFIX + room)
    io.to(PREFIX + room).emit('room_message', `User left ${room}`)
  })
}

function assertMayJoin(socket: ChatSocket, room: string): void {
  const joined = [...socket.rooms].filter((name) => name.startsWith(PREFIX))
  if (joined.includes(room) || joined.length < MAX_ROOMS) return
  throw refuse('LIMIT', `a connection may be in at most ${MAX_ROOMS} rooms; leave one first`)
}
