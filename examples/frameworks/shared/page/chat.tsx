'use client'
import { createClient, persistentOutbox, roomful } from '@roomful/client'
import { createHooks, useTimeline } from '@roomful/react'
import { useState } from 'react'
import { chat } from './contract.js'

const rooms = roomful({ outbox: persistentOutbox({ user: 'Ada' }) })
const client = createClient({ url: '/', contract: chat, rooms, auth: { name: 'Ada' } })
const { useSocket, useRoom, useEvent } = createHooks(client)

export function Chat() {
  const { status: connection } = useSocket()
  const { room, status } = useRoom('general')
  const { entries, status: list, send } = useTimeline(room, 'message', { initial: 50 })
  const [count, setCount] = useState(0)
  useEvent(room, 'message', () => setCount((before) => before + 1))
  return (
    <main>
      <output>{`${connection}, ${status}, ${list}, ${count} live`}</output>
      <button onClick={() => void send({ text: 'Hello' })} type="button">
        Say hello
      </button>
      <ul>
        {entries.map(
          (entry) => entry.kind === 'message' && <li key={entry.key}>{`${entry.data?.text} (${entry.state})`}</li>,
        )}
      </ul>
    </main>
  )
}
