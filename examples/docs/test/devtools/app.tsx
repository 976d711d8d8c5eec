import { createClient, roomful } from '@roomful/client'
import { RoomfulDevtools } from '@roomful/devtools/react'
import { createHooks } from '@roomful/react'

const client = createClient({ url: 'https://chat.example', rooms: roomful() })
const { useRoom } = createHooks(client)

function Chat() {
  const { status } = useRoom('general')
  return <p>general: {status}</p>
}

export function App() {
  return (
    <>
      <Chat />
      <RoomfulDevtools client={client} />
    </>
  )
}
