import { createClient, plainRooms } from '@roomful/client'

/** All messages are events "publish", with a topic and an object that says its type. */
export const connect = (url: string) =>
  createClient({
    url,
    rooms: plainRooms({
      join: (topic) => ['subscribe', topic],
      leave: (topic) => ['unsubscribe', topic],
      emit: (topic, type, body) => ['publish', topic, { type, body }],
      roomOf: (event, topic) => (event === 'publish' ? topic : undefined),
      eventOf: (_event, _topic, packet: { type: string }) => packet.type,
      dataOf: (_event, _topic, packet: { body: unknown }) => packet.body,
    }),
  })
