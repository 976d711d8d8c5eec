import { useState } from 'react'
import type { Person } from '../people.ts'
import { useRoom } from '../realtime.ts'
import { AwayBanner } from './away-banner.tsx'
import { Composer } from './composer.tsx'
import { Members } from './members.tsx'
import { MessageLog } from './message-log.tsx'
import { RoomHeader } from './room-header.tsx'
import { RoomRefused } from './room-refused.tsx'

interface Props {
  readonly name: string
  readonly me: Person
  readonly onTryAgain: () => void
}

export function RoomScreen({ name, me, onTryAgain }: Props) {
  const { room, status, error } = useRoom(name)
  const [showsMembers, setShowsMembers] = useState(false)

  if (status === 'failed' && error) return <RoomRefused name={name} error={error} onTryAgain={onTryAgain} />
  return (
    <>
      <main className="room">
        <RoomHeader room={room} showsMembers={showsMembers} onToggleMembers={() => setShowsMembers(!showsMembers)} />
        <AwayBanner />
        <MessageLog room={room} me={me} />
        <Composer room={room} me={me} />
      </main>
      <Members room={room} me={me} isOpen={showsMembers} onClose={() => setShowsMembers(false)} />
    </>
  )
}
