import { RoomfulError } from '@roomful/contract'
import { refuse } from '@roomful/server'
import type { Broadcast } from './broadcast.ts'
import { bounds, type CreatedRooms } from './created-rooms.ts'
import { handleEvent } from './events.ts'
import type { ChatSocket } from './events.ts'
import type { User } from './sessions.ts'

/** Who asks: the user, and the network of the user's connection if it is known. */
interface Client {
  readonly user: User | undefined
  readonly network: string | undefined
}

interface RoomListParts {
  readonly created: CreatedRooms
  readonly broadcast: Broadcast
}

const fixedRooms = ['general', 'random', 'help', 'staff']

/** Serves the list of rooms: four fixed ones, and those that users create. */
export function serveRoomList(
  socket: ChatSocket,
  { user, network }: Client,
  { created, broadcast }: RoomListParts,
): void {
  handleEvent(socket, 'list_rooms', async () => {
    const names = await created.names().catch(unavailable)
    return [...fixedRooms, ...names].map((name) => ({ name }))
  })
  handleEvent(socket, 'create_room', async ({ name }) => {
    if (!user) throw refuse('FORBIDDEN', 'unable to create a room; sign in first')
    if (fixedRooms.includes(name)) return { name }
    const added = await created.add(name, { userId: user.id, network }).catch(unavailable)
    if (added === 'added') broadcast.emit(['room_created', { name }])
    else if (added !== 'known') throw refuse('LIMIT', bounds[added])
    return { name }
  })
}

function unavailable(cause: unknown): never {
  throw new RoomfulError('UNAVAILABLE', 'the list of rooms is not available; try again', { cause })
}
