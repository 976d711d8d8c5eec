import type { Person } from '../people.ts'
import { Avatar } from './avatar.tsx'
import { Brand } from './brand.tsx'
import { Name } from './name.tsx'
import { RoomNav } from './room-nav.tsx'
import { SignOut } from './sign-out.tsx'

export function Sidebar({ me, room }: { readonly me: Person; readonly room: string | undefined }) {
  return (
    <header className="sidebar">
      <Brand />
      <RoomNav current={room} />
      <div className="account">
        <Avatar person={me} />
        <Name>{me.name}</Name>
        <SignOut />
      </div>
    </header>
  )
}
