import { createClient, roomful } from '@roomful/client'
import { createHooks, useTimeline } from '@roomful/react'
import { chat } from './contract.ts'

const client = createClient({ url: 'https://chat.example', contract: chat, rooms: roomful() })
const { useRoom } = createHooks(client)

export function Chat() {
  const { room } = useRoom('general')
  const { entries, send } = useTimeline(room, 'message')
  return (
    <main>
      {entries.map(
        (entry) => entry.kind === 'message' && <p key={entry.key}>{`${entry.data?.text} (${entry.state})`}</p>,
      )}
      <button onClick={() => void send({ text: 'Hello' })}>Say hello</button>
    </main>
  )
}
