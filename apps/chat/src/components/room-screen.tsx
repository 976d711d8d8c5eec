import { useEffect, useId, useState } from 'react'
import type { Person } from '../people.ts'
import { useRoom } from '../realtime.ts'
import { useOwnStatus } from '../use-own-status.ts'
import { Composer } from './composer.tsx'
import { Members } from './members.tsx'
import { MessageLog } from './message-log.tsx'
import { RoomHeader } from './room-header.tsx'
import { RoomRefused } from './room-refused.tsx'

interface Props {
  readonly name: string
  readonly me: Person
}

export function RoomScreen({ name, me }: Props) {
  const { room, status, error, retry } = useRoom(name)
  const [showsMembers, setShowsMembers] = useState(false)
  const membersId = useId()
  useOwnStatus(room)
  // When the room is hidden, closes the list of members for the next time.
  useEffect(() => () => setShowsMembers(false), [])

  if (status === 'failed' && error) return <RoomRefused name={name} error={error} onTryAgain={retry} />
  return (
    <>
      <main className="room">
        <RoomHeader
          room={room}
          membersId={membersId}
          showsMembers={showsMembers}
          onToggleMembers={() => setShowsMembers(!showsMembers)}
        />
        <MessageLog room={room} me={me} isJoined={status === 'joined'} />
        <Composer room={room} />
      </main>
      <Members id={membersId} room={room} isOpen={showsMembers} onClose={() => setShowsMembers(false)} />
    </>
  )
}
