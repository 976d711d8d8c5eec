import { chat } from '@roomful-demo/chat-contract'
import { createRooms, refuse } from '@roomful/server'
import type { Handshake, RoomLog, Rooms } from '@roomful/server'
import type { ChatServer } from './events.ts'
import { createRoomList } from './room-list.ts'
import type { Sessions, User } from './sessions.ts'

/** The chat: rooms for those who have signed in, and the list of rooms. */
export function serveChat(io: ChatServer, sessions: Sessions, log: RoomLog): Rooms<typeof chat> {
  /** No token: anonymous, and refused by every room. A token that is not valid: no connection. */
  async function authenticate({ auth }: Pick<Handshake, 'auth'>): Promise<User | undefined> {
    if (auth['token'] === undefined) return undefined
    return sessions.verify(auth['token'])
  }

  const rooms = createRooms(io, {
    contract: chat,
    log,
    authenticate,
    authorize: { join: mayJoin },
    // In two tabs, one of them looked at: online.
    mergePresence: (states) => states.find(({ status }) => status === 'online') ?? states[0],
    closeTimeoutMs: 2000,
  })
  rooms.handle('message', ({ data }) => {
    const text = data.text.trim()
    if (text === '') throw refuse('SHAPE', 'expected a text that is not blank')
    return { text }
  })

  const list = createRoomList(io)
  io.on('connection', (socket) => list.serve(socket, rooms.userOf(socket)))
  return rooms
}

function mayJoin({ room }: { room: string }): boolean {
  if (room === 'staff') throw refuse('FORBIDDEN', 'room staff is for staff only')
  return true
}
