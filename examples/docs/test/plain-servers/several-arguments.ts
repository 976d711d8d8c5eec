import { createClient, plainRooms, positionalRooms } from '@roomful/client'

/** For a handler such as `socket.on('move', (room, x, y) => …)`: `room.emit('move', [3, 4])` sends ('move', room, 3, 4). */
export const connect = (url: string) =>
  createClient({
    url,
    rooms: plainRooms({
      ...positionalRooms,
      emit: (room, event, data) => [event, room, ...(Array.isArray(data) ? data : [data])],
    }),
  })
