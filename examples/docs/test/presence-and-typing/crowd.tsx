import type { Room } from '@roomful/client'
import { useOccupancy, useOthers } from '@roomful/react'
import type { chat } from './contract.ts'

export function Crowd({ room }: { room: Room<typeof chat> }) {
  const { count, isPartial } = useOccupancy(room)
  const names = useOthers(room, (others) => [...others.keys()].join(', '))
  return <p>{isPartial ? `${count} people are here` : `you and ${names}`}</p>
}
