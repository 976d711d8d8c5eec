import { createClient, eventNameRooms, plainRooms } from '@roomful/client'

const connect = (url: string) => createClient({ url, rooms: plainRooms(eventNameRooms) })

export async function follow(url: string, show: (text: string) => void) {
  const room = await connect(url).join('chat:42') // sends nothing
  room.on('message', (text) => show(text)) // hears the event "chat:42"
  await room.send('hello') // sends ('chat:42', 'hello')
}
