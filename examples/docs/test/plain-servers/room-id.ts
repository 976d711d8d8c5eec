import { createClient, plainRooms, roomIdRooms } from '@roomful/client'

export const connect = (url: string) =>
  createClient({
    url,
    rooms: plainRooms({ ...roomIdRooms, join: (roomId) => ['join_room', { roomId }], leave: false }),
  })
