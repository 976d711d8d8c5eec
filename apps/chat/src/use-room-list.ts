import { useEffect, useState } from 'react'
import { addRoom, setRooms, useChat } from './chat-store.ts'
import { useEvent, useSocket } from './realtime.ts'

/** The server's rooms. Loads them after each connect, because they may have changed, and adds new ones by an event. */
export function useRoomList() {
  const { status, emitWithAck } = useSocket()
  const [problem, setProblem] = useState<string>()
  useEvent('room_created', ({ name }) => addRoom(name))

  useEffect(() => {
    if (status !== 'connected') return
    emitWithAck('list_rooms').then(
      (rooms) => {
        setProblem(undefined)
        setRooms(rooms.map(({ name }) => name))
      },
      (error: Error) => setProblem(error.message),
    )
  }, [status, emitWithAck])

  return { rooms: useChat((chat) => chat.rooms), problem: status === 'connected' ? problem : undefined }
}
