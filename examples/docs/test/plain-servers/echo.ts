import { createClient, createTimeline, plainRooms } from '@roomful/client'

interface Message {
  text: string
  id?: string
}

export const connect = (url: string) =>
  createClient({
    url,
    rooms: plainRooms({
      emit: (room, event, data, { id }) => [event, { room, ...(data as Message), id }],
      idOf: (_event, message?: Message) => message?.id,
    }),
  })

export async function chat(url: string) {
  const room = await connect(url).join('general')
  return createTimeline(room, 'message')
}
