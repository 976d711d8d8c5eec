import { useState } from 'react'
import type { Person } from '../session.ts'
import { useChatRoom } from '../use-chat-room.ts'
import { useTyping } from '../use-typing.ts'
import { AwayBanner } from './away-banner.tsx'
import { Composer } from './composer.tsx'
import { Members } from './members.tsx'
import { MessageLog } from './message-log.tsx'
import { RoomHeader } from './room-header.tsx'
import { RoomRefused } from './room-refused.tsx'
import { TypingLine } from './typing-line.tsx'

interface Props {
  readonly name: string
  readonly me: Person
  readonly onTryAgain: () => void
}

export function RoomScreen({ name, me, onTryAgain }: Props) {
  const chat = useChatRoom(name, me)
  const typing = useTyping(chat.room, me)
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
        <TypingLine names={typing.names} />
        <Composer room={name} isFull={chat.isFull} onSend={chat.send} onTyping={typing.say} />
      </main>
      <Members room={chat.room} me={me} isOpen={showsMembers} onClose={() => setShowsMembers(false)} />
    </>
  )
}
