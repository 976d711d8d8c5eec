import { Activity, useEffect } from 'react'
import { BreakIt } from '../break-it/break-it.tsx'
import type { Person } from '../people.ts'
import { useCurrentRoom } from '../use-current-room.ts'
import { useOpenedRooms } from '../use-opened-rooms.ts'
import { ConnectionBanner } from './connection-banner.tsx'
import { ConnectionPill } from './connection-pill.tsx'
import { NoRoom } from './no-room.tsx'
import { RoomScreen } from './room-screen.tsx'
import { Sidebar } from './sidebar.tsx'

export function ChatScreen({ me }: { readonly me: Person }) {
  const room = useCurrentRoom()
  const opened = useOpenedRooms(room)

  useEffect(() => {
    document.title = room === undefined ? 'Roomful' : `#${room} – Roomful`
  }, [room])

  return (
    <div className={room === undefined ? 'chat' : 'chat in-room'}>
      <BreakIt />
      <ConnectionBanner />
      <ConnectionPill />
      <Sidebar me={me} room={room} />
      {room === undefined && <NoRoom me={me} />}
      {/* A hidden room is left, but keeps its timeline, so that refused messages can still be sent again. */}
      {opened.map((name) => (
        <Activity key={name} mode={name === room ? 'visible' : 'hidden'}>
          <RoomScreen name={name} me={me} />
        </Activity>
      ))}
    </div>
  )
}
