import { createClient, persistentOutbox, roomful } from '@roomful/client'
import { chat } from './contract.ts'

export function chatClient(url: string, userId: string) {
  return createClient({
    url,
    contract: chat,
    rooms: roomful({ outbox: persistentOutbox({ user: userId }) }),
    auth: async ({ signal }) => {
      const response = await fetch(`${url}/token`, { method: 'POST', credentials: 'include', signal })
      if (!response.ok) throw new Error(`the token service answered ${response.status}`)
      return (await response.json()) as { token: string }
    },
  })
}
