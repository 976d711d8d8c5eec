import { refuse } from '@roomful/server'
import { handleEvent } from './events.ts'
import type { ChatServer, ChatSocket } from './events.ts'
import type { User } from './sessions.ts'

const MAX_ROOMS = 100

/** The list of rooms: four fixed ones, and those that users create. Created rooms are lost when the server stops. */
export function createRoomList(io: ChatServer): { serve(socket: ChatSocket, user: User | undefined): void } {
  const names = new Set(['general', 'random', 'help', 'staff'])

  function create(name: string): { name: string } {
    if (names.has(name)) return { name }
    if (names.size >= MAX_ROOMS) throw refuse('LIMIT', `there are already ${MAX_ROOMS} rooms; use one of them`)
    names.add(name)
    io.emit('room_created', { name })
    return { name }
  }

  return {
    serve(socket, user) {
      handleEvent(socket, 'list_rooms', () => [...names].map((name) => ({ name })))
      handleEvent(socket, 'create_room', ({ name }) => {
        if (user) return create(name)
        throw refuse('FORBIDDEN', 'unable to create a room; sign in first')
      })
    },
  }
}
