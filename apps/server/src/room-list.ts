import { refuse } from '@roomful/server'
import { handleEvent } from './events.ts'
import type { ChatServer, ChatSocket } from './events.ts'
import type { User } from './sessions.ts'

const MAX_ROOMS = 100
const MAX_ROOMS_OF_USER = 10
/** Sessions are free, so that one person may have many users. */
const MAX_ROOMS_OF_NETWORK = 25

/** Who asks: the user, and the network of the user's connection if it is known. */
interface Creator {
  readonly user: User | undefined
  readonly network: string | undefined
}

/** The list of rooms: four fixed ones, and those that users create. Created rooms are lost when the server stops. */
export function createRoomList(io: ChatServer): { serve(socket: ChatSocket, creator: Creator): void } {
  const names = new Set(['general', 'random', 'help', 'staff'])
  const counts = new Map<string, number>()

  function create(name: string, user: User, network: string | undefined): { name: string } {
    if (names.has(name)) return { name }
    if (names.size >= MAX_ROOMS) throw refuse('LIMIT', `there are already ${MAX_ROOMS} rooms; use one of them`)
    const [userKey, networkKey] = [`user ${user.id}`, `network ${network}`]
    if (countOf(userKey) >= MAX_ROOMS_OF_USER)
      throw refuse('LIMIT', `you have created ${MAX_ROOMS_OF_USER} rooms; use one of them`)
    if (network !== undefined && countOf(networkKey) >= MAX_ROOMS_OF_NETWORK)
      throw refuse('LIMIT', `${MAX_ROOMS_OF_NETWORK} rooms were created from your network; use one of them`)
    names.add(name)
    for (const key of [userKey, networkKey]) counts.set(key, countOf(key) + 1)
    io.emit('room_created', { name })
    return { name }
  }

  function countOf(key: string): number {
    return counts.get(key) ?? 0
  }

  return {
    serve(socket, { user, network }) {
      handleEvent(socket, 'list_rooms', () => [...names].map((name) => ({ name })))
      handleEvent(socket, 'create_room', ({ name }) => {
        if (user) return create(name, user, network)
        throw refuse('FORBIDDEN', 'unable to create a room; sign in first')
      })
    },
  }
}
