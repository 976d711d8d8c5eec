import type { Member, Room } from '@roomful/client'
import { useOccupancy, useOthers, useSelf } from '@roomful/react'
import type { chat } from '@roomful-demo/chat-contract'
import { useEffect } from 'react'
import { useConnection } from '../realtime.ts'
import { Avatar } from './avatar.tsx'
import { Name } from './name.tsx'

interface Props {
  readonly id: string
  readonly room: Room<typeof chat>
  /** On a small screen; a large screen always shows the members. */
  readonly isOpen: boolean
  readonly onClose: () => void
}

export function Members({ id, room, isOpen, onClose }: Props) {
  const self = useSelf(room)
  const others = useOthers(room)
  const { count = 0, isPartial } = useOccupancy(room)
  const isConnected = useConnection(({ status }) => status === 'connected')
  const sorted = [...others.values()].sort((a, b) => a.user.name.localeCompare(b.user.name))

  useEffect(() => {
    if (!isOpen) return
    const onKey = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') onClose()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [isOpen, onClose])

  return (
    <aside id={id} className={isOpen ? 'members open' : 'members'} aria-label="Members">
      <h2>Members</h2>
      {!isConnected && <p className="lead">Not connected: this may have changed.</p>}
      <ul aria-label="Members" className={isConnected ? undefined : 'stale'}>
        {[...(self ? [self] : []), ...sorted].map((member) => (
          <li key={member.user.id}>
            <Avatar person={member.user} />
            {isConnected && <Status of={member} />}
            <Name>{member.user.name}</Name>
            {member === self && <span className="you">you</span>}
          </li>
        ))}
      </ul>
      {isPartial && <p>{`${count} people are here. So many are not listed.`}</p>}
    </aside>
  )
}

/** A member without a presence counts as online. */
function Status({ of: { presence } }: { readonly of: Member<typeof chat> }) {
  const status = presence?.status ?? 'online'
  // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- the style sheet draws it
  return <span className={`status ${status}`} role="img" aria-label={status} title={status} />
}
