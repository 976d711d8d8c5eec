import { type Client, createClient, persistentOutbox, roomful } from '@roomful/client'
import { clientHooks, createHooks } from '@roomful/react'
import { chat } from '@roomful-demo/chat-contract'
import { create } from 'zustand'
import { server } from './server.ts'
import { credentials, type Session, useSession } from './session.ts'

export const {
  RoomfulProvider,
  useConnection,
  useEvent,
  useLostConnection,
  useOutbox,
  useRoom,
  useSocket,
  useUnsentGuard,
} = createHooks<typeof chat>(undefined, clientHooks)

/** The client of the signed-in user. It begins and ends with the session; the first component that uses it connects it. */
export const useChatClient = create<{ readonly client: Client<typeof chat> | undefined }>()(() => ({
  client: clientFor(useSession.getState().session),
}))

useSession.subscribe(({ session }, { session: before }) => {
  if (session?.user.id === before?.user.id) return
  useChatClient.getState().client?.close() // unsent messages stay in the browser until this user signs in again
  useChatClient.setState({ client: clientFor(session) })
})

function clientFor(session: Session | undefined): Client<typeof chat> | undefined {
  if (!session || server.problem) return undefined
  return createClient({
    url: server.url,
    contract: chat,
    auth: credentials,
    rooms: roomful({ outbox: persistentOutbox({ user: session.user.id }) }),
  })
}
