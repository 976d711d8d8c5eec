import type { AnyContract, Client } from '@roomful/client'

export async function signOut<C extends AnyContract>(client: Client<C>, url: string): Promise<void> {
  await client.outbox.clear() // without it, messages that were not sent wait in the browser for this user
  client.close()
  await fetch(`${url}/sign-out`, { method: 'POST', credentials: 'include' })
}
