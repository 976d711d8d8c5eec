import { createClient, roomful } from '@roomful/client'
import { createHooks } from '@roomful/react'
import { chat } from './contract.ts'

export const client = createClient({
  url: 'https://chat.example',
  contract: chat,
  rooms: roomful(),
  auth: { name: 'Ada' },
})
export const { useClient, useSocket, useConnection, useRoom, useEvent } = createHooks(client)
