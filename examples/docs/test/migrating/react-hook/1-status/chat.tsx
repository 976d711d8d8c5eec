import { type Client, createClient } from '@roomful/client'
import { createHooks } from '@roomful/react'
import { type PropsWithChildren, useEffect, useState } from 'react'
import { IoProvider, useSocket, useSocketEvent } from 'socket.io-react-hook'

const url = 'https://chat.example'
const { RoomfulProvider, useConnection } = createHooks()

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
  const { socket, connected } = useSocket(url)
  const { lastMessage } = useSocketEvent<Message | undefined>(socket, 'message')
  useEffect(() => {
    if (connected) socket.emit('join', { room: name })
  }, [socket, connected, name])
  useEffect(() => () => void socket.emit('leave', { room: name }), [socket, name])
  useEffect(() => {
    if (lastMessage?.room === name) setTexts((all) => [...all, lastMessage.text])
  }, [lastMessage, name])
  return <pre>{texts.join('\n')}</pre>
}

function SayHello({ name }: { name: string }) {
  const [note, setNote] = useState('')
  const { socket } = useSocket(url)
  const { sendMessage } = useSocketEvent(socket, 'message')
  const say = () => sendMessage({ room: name, text: 'Hello' }).then(() => setNote('(sent)'))
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
