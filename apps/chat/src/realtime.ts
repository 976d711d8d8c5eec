import { createClient } from '@roomful/client'
import { createHooks } from '@roomful/react'
import { chat } from '@roomful-demo/chat-contract'
import { server } from './server.ts'
import { credentials, useSession } from './session.ts'

const client = createClient({ url: server.url, contract: chat, auth: credentials })

export const { useSocket, useRoom, useEvent } = createHooks(client)

// The connection follows the session: whoever signs out is gone, whoever signs in is back.
useSession.subscribe(({ session }, before) => {
  if (!session) client.disconnect()
  else if (!before.session) void client.connect()
})
