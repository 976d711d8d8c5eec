import { useState } from 'react'
import { useEvent, useRoom } from './roomful.ts'

export function Room({ name }: { name: string | null }) {
  const { room, status, error, send } = useRoom(name)
  const [last, setLast] = useState('')
  useEvent(room, 'message', ({ text }, { from }) => setLast(`${from?.id}: ${text}`))
  useEvent('notice', ({ text }) => setLast(text)) // of the connection, in no room
  if (error) return <p role="alert">{error.message}</p>
  return (
    <section aria-label={status}>
      <output>{last}</output>
      <button onClick={() => void send?.({ text: 'Hello' })}>Say hello</button>
    </section>
  )
}
