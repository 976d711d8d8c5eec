import type { Client } from '@roomful/client'
import type { chat } from '@roomful-demo/chat-contract'
import type { Person } from '../people.ts'
import { RoomfulProvider, useUnsentGuard } from '../realtime.ts'
import { ChatScreen } from './chat-screen.tsx'

/** The chat of a signed-in person. */
export function SignedIn({ me, client }: { readonly me: Person; readonly client: Client<typeof chat> }) {
  useUnsentGuard({ client })
  return (
    <RoomfulProvider client={client}>
      <ChatScreen me={me} />
    </RoomfulProvider>
  )
}
