import { createClient } from '@roomful/client'
import { createHooks } from '@roomful/react'
import { useEffect, useState } from 'react'

const client = createClient({ url: 'https://chat.example' })
const { useClient, useConnection, useEvent } = createHooks(client)

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
  const client = useClient()
  const isConnected = useConnection(({ status }) => status === 'connected')
  useEffect(() => {
    if (isConnected) client.emit('join', { room: name })
  }, [client, isConnected, name])
  useEffect(() => () => void client.volatile.emit('leave', { room: name }), [client, name])
  useEvent('message', ({ room, text }: Message) => {
    if (room === name) setTexts((all) => [...all, text])
  })
  return <pre>{texts.join('\n')}</pre>
}

function SayHello({ name }: { name: string }) {
  const [note, setNote] = useState('')
  const client = useClient()
  const say = () =>
    client.emitWithAck('message', { room: name, text: 'Hello' }).then(
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
