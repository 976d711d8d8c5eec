import { type Client, createClient, persistentOutbox, roomful } from '@roomful/client'
import { createHooks } from '@roomful/react'
import { chat } from '@roomful-demo/chat-contract'
import type { Person } from './people.ts'
import { server } from './server.ts'
import { credentials } from './session.ts'

export const { RoomfulProvider, useClient, useSocket, useConnection, useRoom, useEvent } = createHooks<typeof chat>()

/** Creates the client of one person. Call `connect()`. Its outbox is stored for this person only. */
export function createChatClient(me: Person): Client<typeof chat> {
  return createClient({
    url: server.url,
    contract: chat,
    auth: credentials,
    autoConnect: false,
    rooms: roomful({ outbox: persistentOutbox({ user: me.id }) }),
  })
}
