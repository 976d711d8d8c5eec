import { useEventReducer, useKeyedEvents } from '@roomful/react'
import { useRoom } from './roomful.ts'

const bySign = ({ text }: { text: string }) => text.slice(0, 1)

export function Sign({ name, sign }: { name: string; sign: string }) {
  const { room } = useRoom(name)
  const messages = useKeyedEvents(room, 'message', bySign)
  const count = useEventReducer(messages, sign, (count) => count + 1, 0)
  return <p>{`${sign}: ${count}`}</p>
}
