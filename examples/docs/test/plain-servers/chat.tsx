import { createClient, plainRooms, positionalRooms } from '@roomful/client'
import { createHooks } from '@roomful/react'
import { useState } from 'react'

const client = createClient({ url: 'https://chat.example', rooms: plainRooms(positionalRooms) })
const { useRoom, useEvent } = createHooks(client)

export function Chat() {
  const { room, status, emit } = useRoom('general')
  const [texts, setTexts] = useState<string[]>([])
  useEvent(room, 'chat message', (text: string) => setTexts((all) => [...all, text]))
  return (
    <>
      <pre>{texts.join('\n')}</pre>
      <button disabled={status !== 'joined'} onClick={() => void emit('chat message', 'hello')}>
        Say hello
      </button>
    </>
  )
}
