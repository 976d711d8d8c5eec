import { createClient, plainRooms, positionalRooms } from '@roomful/client'

export const connect = (url: string) => createClient({ url, rooms: plainRooms(positionalRooms) })

export async function chat(url: string, show: (text: string) => void) {
  const room = await connect(url).join('general')
  room.on('chat message', (text) => show(text))
  await room.emit('chat message', 'hello') // sends ('chat message', 'general', 'hello')
}
