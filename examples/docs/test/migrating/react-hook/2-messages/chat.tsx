import { type Client, createClient } from '@roomful/client'
import { createHooks } from '@roomful/react'
import { type PropsWithChildren, useEffect, useState } from 'react'
import { IoProvider, useSocket } from 'socket.io-react-hook'

const url = 'https://chat.example'
const { RoomfulProvider, useClient, useConnection, useEvent } = createHooks()

interface Message {
  room: string
  text: string
}

function Connection({ children }: PropsWithChildren) {
  const { socket } = useSocket(url)
  const [client, setClient] = useState<Client>()
  useEffect(() => {
    if (!socket.io) return // a mock, until the library has made the socket
    const overSocket = createClient({ existingSocket: socket })
    setClient(overSocket)
    return overSocket.close
  }, [socket])
  return client && <RoomfulProvider client={client}>{children}</RoomfulProvider>
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
    <IoProvider>
      <Connection>
        <Status />
        <Messages name={name} />
        <SayHello name={name} />
      </Connection>
    </IoProvider>
  )
}
