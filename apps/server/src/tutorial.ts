import { refuse } from '@roomful/server'
import type { Broadcast } from './broadcast.ts'
import { handleEvent } from './events.ts'
import type { ChatSocket } from './events.ts'
import { TokenBucket } from './token-bucket.ts'

/** Separates the tutorial's rooms from the chat's rooms, and from the room that Socket.IO makes for each socket. */
const PREFIX = 'tutorial:'
const MAX_ROOMS = 64
/** What one connection may send to everyone: a message costs the server as many times more as it has clients. */
const PER_SECOND = 5
const BURST = 30

/** Serves the events of the Flask-SocketIO tutorial to every client, signed in or not. */
export function serveTutorial(socket: ChatSocket, broadcast: Broadcast): void {
  const bucket = new TokenBucket(PER_SECOND, BURST)
  handleEvent(socket, 'message', (text) => {
    assertRate(bucket)
    broadcast.emit(['message', `Server received: ${text}`])
  })
  handleEvent(socket, 'custom_event', () => {
    assertRate(bucket)
    broadcast.emit(['response_event', { message: 'Processed' }])
  })
  handleEvent(socket, 'broadcast', (data) => {
    assertRate(bucket)
    broadcast.emit(['broadcast_message', data])
  })
  handleEvent(socket, 'join', async ({ room }) => {
    assertMayJoin(socket, PREFIX + room)
    await socket.join(PREFIX + room)
    broadcast.emit(['room_message', `User joined ${room}`], PREFIX + room)
  })
  handleEvent(socket, 'leave', async ({ room }) => {
    await socket.leave(PREFIX + room)
    broadcast.emit(['room_message', `User left ${room}`], PREFIX + room)
  })
}

function assertRate(bucket: TokenBucket): void {
  const after = bucket.take()
  if (after > 0) throw refuse('RATE', `too many events at once; try again in ${after} ms`, { after })
}

function assertMayJoin(socket: ChatSocket, room: string): void {
  const joined = [...socket.rooms].filter((name) => name.startsWith(PREFIX))
  if (joined.includes(room) || joined.length < MAX_ROOMS) return
  throw refuse('LIMIT', `a connection may be in at most ${MAX_ROOMS} rooms; leave one first`)
}
