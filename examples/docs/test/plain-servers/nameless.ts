import { createClient, plainRooms } from '@roomful/client'

/** For a server that names no room in its events, and an app that is in one room at a time. */
export function connect(url: string) {
  let current: string | number | undefined
  const roomEvents = ['room_message', 'typing']
  return createClient({
    url,
    rooms: plainRooms({
      join(room, params) {
        current = room
        return ['join', { room, ...(params as object) }]
      },
      roomOf: (event) => (roomEvents.includes(event) ? current : undefined),
    }),
  })
}
