import { useEffect, useState } from 'react'
import { IoProvider, useSocket, useSocketEvent } from 'socket.io-react-hook'

const url = 'https://chat.example'

interface Message {
  room: string
  text: string
}

function Status() {
  const { connected } = useSocket(url)
  return <p>{connected ? 'online' : 'offline'}</p>
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
      <Status />
      <Messages name={name} />
      <SayHello name={name} />
    </IoProvider>
  )
}
