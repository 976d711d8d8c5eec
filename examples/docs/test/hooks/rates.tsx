import { useEventBuffer, useEventReducer } from '@roomful/react'
import { useRoom } from './roomful.ts'

export function Rates({ name }: { name: string }) {
  const { room } = useRoom(name)
  const letters = useEventReducer(room, 'message', (sum, { text }) => sum + text.length, 0)
  const { events, dropped, clear } = useEventBuffer(room, 'message', { max: 2, flush: 50 })
  return (
    <button onClick={clear}>
      {letters} letters: {events.map(({ data }) => data.text).join()}, {dropped} dropped
    </button>
  )
}
