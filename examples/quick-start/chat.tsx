import { createClient } from '@roomful/client'
import { createHooks } from '@roomful/react'
import { useState } from 'react'
import { chat } from './contract.ts'

const client = createClient({ url: 'http://localhost:3001', contract: chat, auth: { name: 'Ada' } })
const { useRoom, useEvent } = createHooks(client)

export function Chat() {
  const { room, status, send } = useRoom('general')
  const [lines, setLines] = useState<string[]>([])
  useEvent(room, 'message', ({ text }, { from }) => setLines((all) => [...all, `${from?.id}: ${text}`]))
  return (
    <form action={(fields) => void send({ text: fields.get('text') as string })}>
      <input name="text" aria-label="Message" disabled={status !== 'joined'} />
      <pre>{lines.join('\n')}</pre>
    </form>
  )
}
