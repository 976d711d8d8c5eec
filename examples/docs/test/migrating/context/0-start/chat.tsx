import { createContext, type PropsWithChildren, useContext, useEffect, useState } from 'react'
import { io, type Socket } from 'socket.io-client'

interface Message {
  room: string
  text: string
}

interface Shared {
  socket: Socket | undefined
  isConnected: boolean
  lastMessage: Message | undefined
}

const SocketContext = createContext<Shared | undefined>(undefined)
const useShared = () => useContext(SocketContext)

function SocketProvider({ children }: PropsWithChildren) {
  const [socket, setSocket] = useState<Socket>()
  const [isConnected, setIsConnected] = useState(false)
  const [lastMessage, setLastMessage] = useState<Message>()
  useEffect(() => {
    const opened = io('https://chat.example')
    opened.on('connect', () => setIsConnected(true))
    opened.on('disconnect', () => setIsConnected(false))
    opened.on('message', setLastMessage)
    setSocket(opened)
    return () => void opened.disconnect()
  }, [])
  const shared = { socket, isConnected, lastMessage }
  return <SocketContext.Provider value={shared}>{children}</SocketContext.Provider>
}

function Status() {
  return <p>{useShared()?.isConnected ? 'online' : 'offline'}</p>
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
