import type { Room } from '@roomful/client'
import type { chat } from '@roomful-demo/chat-contract'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { Person } from '../people.ts'
import { Avatar } from './avatar.tsx'

interface Props {
  readonly room: Room<typeof chat>
  readonly me: Person
  /** On a small screen; on a large one they are always to be seen. */
  readonly isOpen: boolean
  readonly onClose: () => void
}

export function Members({ room, me, isOpen, onClose }: Props) {
  const members = useStore(room.members)
  const people = [...members.values()].map(({ user }) => user)
  const isMe = ({ id }: Person) => id === me.id

  useEffect(() => {
    if (!isOpen) return
    const onKey = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') onClose()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [isOpen, onClose])

  return (
    <aside id="members" className={isOpen ? 'members open' : 'members'} aria-labelledby="members-title">
      <h2 id="members-title">Members</h2>
      <ul aria-label="Members">
        {people
          .sort((a, b) => Number(isMe(b)) - Number(isMe(a)) || a.name.localeCompare(b.name))
          .map((person) => (
            <li key={person.id}>
              <Avatar person={person} />
              <bdi className="name">{person.name}</bdi>
              {isMe(person) && <span className="you">you</span>}
            </li>
          ))}
      </ul>
    </aside>
  )
}
