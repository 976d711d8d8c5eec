import type { Room } from '@roomful/client'
import { useOthers, usePresence, useSelf } from '@roomful/react'
import type { chat } from './contract.ts'

export function People({ room }: { room: Room<typeof chat> }) {
  const others = useOthers(room)
  const shown = useSelf(room, (self) => self?.presence?.status)
  const { presence, error, set, clear } = usePresence(room)
  return (
    <>
      <ul>
        {Array.from(others, ([id, member]) => (
          <li key={id}>{`${id}: ${member.presence?.status ?? 'here'}`}</li>
        ))}
      </ul>
      <button onClick={() => (presence ? clear() : set({ status: 'away' }))}>{shown ?? 'here'}</button>
      {error && <p role="alert">{error.message}</p>}
    </>
  )
}
