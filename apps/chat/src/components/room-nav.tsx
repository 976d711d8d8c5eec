import { useEffect, useRef } from 'react'
import { sentence } from '../sentences.ts'
import { openRoom } from '../use-current-room.ts'
import { useRoomList } from '../use-room-list.ts'
import { Name } from './name.tsx'
import { NewRoom } from './new-room.tsx'

export function RoomNav({ current }: { readonly current: string | undefined }) {
  const { rooms, problem } = useRoomList()
  const title = useRef<HTMLHeadingElement>(null)
  const list = useRef<HTMLUListElement>(null)

  // Without an open room, the list of rooms takes the focus; otherwise the room takes it.
  const takesFocus = current === undefined
  useEffect(() => {
    if (takesFocus) title.current?.focus()
  }, [takesFocus])

  // A new room may be beyond the end of the list.
  const isListed = rooms !== undefined
  useEffect(() => {
    if (isListed && current !== undefined)
      list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' })
  }, [current, isListed])

  // The current room is shown even if the server does not list it.
  const names = current === undefined || rooms?.includes(current) ? rooms : [...(rooms ?? []), current]
  return (
    <nav aria-labelledby="rooms-title">
      <h2 id="rooms-title" ref={title} tabIndex={-1}>
        Rooms
      </h2>
      {problem && <p className="problem">{sentence(problem)}</p>}
      <ul ref={list} className="rooms" aria-busy={rooms === undefined}>
        {names?.map((name) => (
          <li key={name}>
            <button type="button" aria-current={name === current ? 'page' : undefined} onClick={() => openRoom(name)}>
              <Name>{name}</Name>
            </button>
          </li>
        ))}
      </ul>
      <NewRoom />
    </nav>
  )
}
