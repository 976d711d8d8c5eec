import { useEffect, useRef } from 'react'
import { sentence } from '../sentences.ts'
import { openRoom } from '../use-current-room.ts'
import { useRoomList } from '../use-room-list.ts'
import { NewRoom } from './new-room.tsx'

export function RoomNav({ current }: { readonly current: string | undefined }) {
  const { rooms, problem } = useRoomList()
  const title = useRef<HTMLHeadingElement>(null)

  // Where no room is open, this is where one goes on; else the room takes the focus.
  const isNext = current === undefined
  useEffect(() => {
    if (isNext) title.current?.focus()
  }, [isNext])

  // A room that the server does not list (any more) is still the one we are in.
  const names = current === undefined || rooms?.includes(current) ? rooms : [...(rooms ?? []), current]
  return (
    <nav aria-labelledby="rooms-title">
      <h2 id="rooms-title" ref={title} tabIndex={-1}>
        Rooms
      </h2>
      {problem && <p className="problem">{sentence(problem)}</p>}
      <ul className="rooms" aria-busy={rooms === undefined}>
        {names?.map((name) => (
          <li key={name}>
            <button type="button" aria-current={name === current ? 'page' : undefined} onClick={() => openRoom(name)}>
              <bdi>{name}</bdi>
            </button>
          </li>
        ))}
      </ul>
      <NewRoom />
    </nav>
  )
}
