import { createClient } from '@roomful/client'

/** `join { room, username }`: the default adds the params of the join to `{ room }`. */
export function enter(url: string, room: string, username: string) {
  const client = createClient({ url })
  return client.join(room, { params: { username } })
}
