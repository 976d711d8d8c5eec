import { createClient, roomful } from '@roomful/client'
import { chat } from './contract.ts'

export function cookieClient(url: string) {
  return createClient({
    url,
    contract: chat,
    rooms: roomful(),
    auth: async ({ reason, signal }) => {
      if (reason !== 'connect') await fetch(`${url}/session`, { method: 'POST', signal })
      return {} // the browser sends the cookie
    },
  })
}
