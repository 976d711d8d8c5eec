import type { Room } from '@roomful/client'
import { BreakItButton } from '../break-it/break-it.tsx'
import { useOccupancy } from '@roomful/react'
import type { chat } from '@roomful-demo/chat-contract'
import { closeRoom } from '../use-current-room.ts'
import { Icon } from './icon.tsx'
import { Name } from './name.tsx'

interface Props {
  readonly room: Room<typeof chat>
  readonly membersId: string
  readonly showsMembers: boolean
  readonly onToggleMembers: () => void
}

export function RoomHeader({ room, membersId, showsMembers, onToggleMembers }: Props) {
  const count = useOccupancy(room, ({ count: known = 0 }) => known)
  return (
    <header className="room-header">
      <button type="button" className="icon-button back" aria-label="All rooms" onClick={closeRoom}>
        <Icon name="back" />
      </button>
      <h1>
        <Name>{String(room.name)}</Name>
      </h1>
      <BreakItButton />
      <button
        type="button"
        className="icon-button members-toggle"
        aria-expanded={showsMembers}
        aria-controls={membersId}
        aria-label={count === 1 ? '1 person is here' : `${count} people are here`}
        onClick={onToggleMembers}
      >
        <Icon name="people" />
        <span aria-hidden="true">{count}</span>
      </button>
    </header>
  )
}
