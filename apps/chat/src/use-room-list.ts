import { useEffect, useState } from 'react'
import { addRoom, listRooms, useChat } from './chat-store.ts'
import { useEvent, useSocket } from './realtime.ts'

/** The server's rooms: asked for after each connect, since some may have come or gone; new ones are heard of. */
export function useRoomList() {
  const { status, emitWithAck } = useSocket()
  const [problem, setProblem] = useState<string>()
  useEvent('room_created', ({ name }) => addRoom(name))

  useEffect(() => {
    if (status !== 'connected') return
    emitWithAck('list_rooms').then(
      (rooms) => {
        setProblem(undefined)
        listRooms(rooms.map(({ name }) => name))
      },
      (error: Error) => setProblem(error.message),
    )
  }, [status, emitWithAck])

  return { rooms: useChat((chat) => chat.rooms), problem: status === 'connected' ? problem : undefined }
}
