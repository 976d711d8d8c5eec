import type { Person } from '../people.ts'
import { signOut } from '../session.ts'
import { Avatar } from './avatar.tsx'
import { Brand } from './brand.tsx'
import { Icon } from './icon.tsx'
import { RoomNav } from './room-nav.tsx'

export function Sidebar({ me, room }: { readonly me: Person; readonly room: string | undefined }) {
  return (
    <header className="sidebar">
      <Brand />
      <RoomNav current={room} />
      <div className="account">
        <Avatar person={me} />
        <bdi className="name">{me.name}</bdi>
        <button type="button" className="icon-button" aria-label="Sign out" title="Sign out" onClick={() => signOut()}>
          <Icon name="leave" />
        </button>
      </div>
    </header>
  )
}
