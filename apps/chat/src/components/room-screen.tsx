import { useState } from 'react'
import type { Person } from '../people.ts'
import { useChatRoom } from '../use-chat-room.ts'
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
  const chat = useChatRoom(name, me)
  const [showsMembers, setShowsMembers] = useState(false)

  if (chat.status === 'failed' && chat.error)
    return <RoomRefused name={name} error={chat.error} onTryAgain={onTryAgain} />
  return (
    <>
      <main className="room">
        <RoomHeader
          room={chat.room}
          showsMembers={showsMembers}
          onToggleMembers={() => setShowsMembers(!showsMembers)}
        />
        <AwayBanner />
        <MessageLog chat={chat} me={me} />
        <Composer chat={chat} me={me} />
      </main>
      <Members room={chat.room} me={me} isOpen={showsMembers} onClose={() => setShowsMembers(false)} />
    </>
  )
}
