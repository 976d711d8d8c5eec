import { type Client, createClient } from '@roomful/client'
import { createHooks } from '@roomful/react'
import { createContext, type PropsWithChildren, useContext, useEffect, useState } from 'react'
import { io, type Socket } from 'socket.io-client'

interface Message {
  room: string
  text: string
}

interface Shared {
  socket: Socket | undefined
  lastMessage: Message | undefined
}

const { RoomfulProvider, useConnection } = createHooks()
const SocketContext = createContext<Shared | undefined>(undefined)
const useShared = () => useContext(SocketContext)

function SocketProvider({ children }: PropsWithChildren) {
  const [socket, setSocket] = useState<Socket>()
  const [client, setClient] = useState<Client>()
  const [lastMessage, setLastMessage] = useState<Message>()
  useEffect(() => {
    const opened = io('https://chat.example')
    opened.on('message', setLastMessage)
    setSocket(opened)
    const overSocket = createClient({ existingSocket: opened })
    setClient(overSocket)
    return () => {
      overSocket.close()
      opened.disconnect()
    }
  }, [])
  const shared = { socket, lastMessage }
  return (
    <SocketContext.Provider value={shared}>
      {client && <RoomfulProvider client={client}>{children}</RoomfulProvider>}
    </SocketContext.Provider>
  )
}

function Status() {
  const isConnected = useConnection(({ status }) => status === 'connected')
  return <p>{isConnected ? 'online' : 'offline'}</p>
}

function Messages({ name }: { name: string }) {
  const [texts, setTexts] = useState<string[]>([])
  const { socket, lastMessage } = useShared() ?? {}
  useEffect(() => {
    socket?.emit('join', { room: name })
    return () => void socket?.emit('leave', { room: name })
  }, [socket, name])
  useEffect(() => {
    if (lastMessage?.room === name) setTexts((all) => [...all, lastMessage.text])
  }, [lastMessage, name])
  return <pre>{texts.join('\n')}</pre>
}

function SayHello({ name }: { name: string }) {
  const [note, setNote] = useState('')
  const { socket } = useShared() ?? {}
  const say = () => socket?.emit('message', { room: name, text: 'Hello' }, () => setNote('(sent)'))
  return <button onClick={say}>Say hello {note}</button>
}

export function Chat({ name }: { name: string }) {
  return (
    <SocketProvider>
      <Status />
      <Messages name={name} />
      <SayHello name={name} />
    </SocketProvider>
  )
}
