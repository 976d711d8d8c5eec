import { createClient } from '@roomful/client'

/** Shows what the server sends, and nothing before: the list of an echo server without ids. */
export async function chat(url: string, show: (text: string) => void) {
  const room = await createClient({ url }).join('general')
  room.on('message', ({ text }) => show(text))
  return (text: string) => room.send({ text })
}
