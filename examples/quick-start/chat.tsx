import { createClient, persistentOutbox, roomful } from '@roomful/client'
import { useEvent, useRoom } from '@roomful/react'
import { type KeyboardEvent, useState } from 'react'
import { chat } from './contract.ts'

const rooms = roomful({ outbox: persistentOutbox({ user: 'Ada' }) })
const client = createClient({ url: 'http://localhost:3001', contract: chat, rooms, auth: { name: 'Ada' } })

export function Chat() {
  const { room, status, send } = useRoom(client, 'general')
  const [lines, setLines] = useState<string[]>([])
  useEvent(room, 'message', ({ text }, { from }) => setLines((all) => [...all, `${from?.id}: ${text}`]))
  const onKeyDown = ({ key, currentTarget }: KeyboardEvent<HTMLInputElement>) => {
    if (key !== 'Enter' || !currentTarget.value) return
    void send({ text: currentTarget.value })
    currentTarget.value = ''
  }
  return (
    <main>
      <input aria-label="Message" disabled={status !== 'joined'} onKeyDown={onKeyDown} />
      <pre>{lines.join('\n')}</pre>
    </main>
  )
}
