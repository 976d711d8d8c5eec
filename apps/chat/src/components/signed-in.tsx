import { useUnsentGuard } from '@roomful/react'
import { useEffect, useState } from 'react'
import type { Person } from '../people.ts'
import { createChatClient, RoomfulProvider } from '../realtime.ts'
import { ChatScreen } from './chat-screen.tsx'

/** The chat of a signed-in person. Connected while it is mounted. */
export function SignedIn({ me }: { readonly me: Person }) {
  const [client] = useState(() => createChatClient(me))
  useUnsentGuard(client)
  useEffect(() => {
    void client.connect()
    return client.disconnect
  }, [client])

  return (
    <RoomfulProvider client={client}>
      <ChatScreen me={me} />
    </RoomfulProvider>
  )
}
