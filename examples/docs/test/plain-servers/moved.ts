import { createClient, plainRooms } from '@roomful/client'

export function connect(url: string) {
  const client = createClient({
    url,
    // The server itself puts each client into its room "user:…".
    rooms: plainRooms({ join: (room) => !String(room).startsWith('user:') && ['join', { room }] }),
  })
  client.on('removed', (room: string) => client.leave(room)) // the server's own event, before it calls socketsLeave
  return client
}
