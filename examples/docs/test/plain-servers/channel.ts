import { createClient, plainRooms } from '@roomful/client'

export const connect = (url: string) =>
  createClient({
    url,
    rooms: plainRooms({
      join: (channel) => ['subscribe', { channel }],
      leave: (channel) => ['unsubscribe', { channel }],
      emit: (channel, event, data) => [event, { channel, data }],
      roomOf: (_event, packet?: { channel?: string }) => packet?.channel,
      dataOf: (_event, packet: { data: unknown }) => packet.data,
    }),
  })
