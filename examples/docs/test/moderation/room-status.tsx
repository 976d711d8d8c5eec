import type { Client } from '@roomful/client'
import { useRoom } from '@roomful/react'
import type { contract } from './server.ts'

export function RoomStatus({ client, name }: { client: Client<typeof contract>; name: string }) {
  const { room, status, error } = useRoom(client, name)
  if (status !== 'failed') return <p>{status}</p>
  if (error?.code !== 'REMOVED') return <p>{error?.message}</p>
  return <button onClick={() => void room.join()}>{error.message}: come back</button>
}
