import type { Client, MessageOf, Room } from '@roomful/client'
import { useRoom, useTimeline } from '@roomful/react'
import { amend, type Shown } from './amend.ts'
import type { chat } from './contract.ts'

type Message = MessageOf<typeof chat, 'message', Shown>

export function Messages({ client, name }: { client: Client<typeof chat>; name: string }) {
  const { room } = useRoom(client, name)
  const { entries } = useTimeline(room, 'message', { initial: 50, amend })
  return (
    <ol>
      {entries.map((entry) => entry.kind === 'message' && <MessageItem key={entry.key} room={room} message={entry} />)}
    </ol>
  )
}

function MessageItem({ room, message }: { room: Room<typeof chat>; message: Message }) {
  if (message.isRedacted) return <li>Removed by a moderator</li>
  if (message.data.isRemoved) return <li>Removed</li>
  const { text, isEdited, reactions = {} } = message.data
  const target = message
  return (
    <li>
      {text} {isEdited && '(edited)'}{' '}
      {Object.entries(reactions).map(([emoji, users]) => (
        <span key={emoji}>{`${emoji} ${users.length}`}</span>
      ))}
      <button onClick={() => void room.emit('reaction', { target, emoji: '👍', on: true })}>Like</button>
      {message.isOwn && message.state === 'confirmed' && (
        <>
          <button onClick={() => void room.emit('edit', { target, text: `${text}!` })}>Add !</button>
          <button onClick={() => void room.emit('remove', { target })}>Remove</button>
        </>
      )}
    </li>
  )
}
