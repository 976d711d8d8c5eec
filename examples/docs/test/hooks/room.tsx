import { useState } from 'react'
import { useEvent, useRoom } from './roomful.ts'

export function Room({ name }: { name: string | null }) {
  const { room, status, error, send, retry } = useRoom(name)
  const [last, setLast] = useState('')
  useEvent(room, 'message', ({ text }, { from }) => setLast(`${from?.id}: ${text}`))
  useEvent('notice', ({ text }) => setLast(text)) // an event of the client
  if (error) return <button onClick={retry}>{error.message}: try again</button>
  return (
    <section aria-label={status}>
      <output>{last}</output>
      <button onClick={() => void send({ text: 'Hello' })}>Say hello</button>
    </section>
  )
}
