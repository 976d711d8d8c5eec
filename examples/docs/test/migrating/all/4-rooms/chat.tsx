import { createClient, plainRooms } from '@roomful/client'
import { createHooks } from '@roomful/react'
import { useState } from 'react'

const client = createClient({ url: 'https://chat.example', rooms: plainRooms({ acks: false }) })
const { useConnection, useEvent, useRoom } = createHooks(client)

interface Message {
  room: string
  text: string
}

function Status() {
  const isConnected = useConnection(({ status }) => status === 'connected')
  return <p>{isConnected ? 'online' : 'offline'}</p>
}

function Messages({ name }: { name: string }) {
  const [texts, setTexts] = useState<string[]>([])
  const { room } = useRoom(name)
  useEvent(room, 'message', ({ text }: Message) => setTexts((all) => [...all, text]))
  return <pre>{texts.join('\n')}</pre>
}

function SayHello({ name }: { name: string }) {
  const [note, setNote] = useState('')
  const { send } = useRoom(name)
  const say = () =>
    send({ text: 'Hello' }).then(
      () => setNote('(sent)'),
      (error: Error) => setNote(`(${error.message})`),
    )
  return <button onClick={say}>Say hello {note}</button>
}

export function Chat({ name }: { name: string }) {
  return (
    <>
      <Status />
      <Messages name={name} />
      <SayHello name={name} />
    </>
  )
}
