import type { ClientCore } from '../client-core.ts'
import type { RoomName } from './room.ts'
import type { RoomHost } from './rooms-protocol.ts'

/**
 * The room that an event of a plain server names. 42 and '42' are two rooms; if only one of the two is joined, it gets the
 * events of both: ids often are numbers in one place and text in another.
 */
export function roomNamed(rooms: ClientCore['rooms'], name: RoomName): RoomHost | undefined {
  const exact = rooms.get(name as string)
  if (isReceiving(exact)) return exact
  const other = typeof name === 'number' ? String(name) : Number(name)
  const twin = String(other) === String(name) ? rooms.get(other as string) : undefined
  return isReceiving(twin) ? twin : exact
}

function isReceiving(room: RoomHost | undefined): boolean {
  return room?.state.status === 'joined' || room?.state.status === 'joining'
}
