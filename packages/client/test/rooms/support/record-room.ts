import type { AnyContract, Room, RoomState } from '@roomful/client'

/** Every status of the room from now on, the current one first. */
export function recordRoom(room: Pick<Room<AnyContract>, 'state'>): RoomState['status'][] {
  const statuses = [room.state.getState().status]
  room.state.subscribe(({ status }, { status: before }) => {
    if (status !== before) statuses.push(status)
  })
  return statuses
}
