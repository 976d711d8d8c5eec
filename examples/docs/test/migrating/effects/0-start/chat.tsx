import { useEffect, useState } from 'react'
import { io } from 'socket.io-client'

const socket = io('https://chat.example')

interface Message {
  room: string
  text: string
}

function Status() {
  const [isConnected, setIsConnected] = useState(socket.connected)
  useEffect(() => {
    socket.on('connect', () => setIsConnected(true))
    socket.on('disconnect', () => setIsConnected(false))
  }, [])
  return <p>{isConnected ? 'online' : 'offline'}</p>
}

function Messages({ name }: { name: string }) {
  const [texts, setTexts] = useState<string[]>([])
  useEffect(() => {
    socket.emit('join', { room: name })
    socket.on('message', ({ room, text }: Message) => {
      if (room === name) setTexts((all) => [...all, text])
    })
    return () => void socket.emit('leave', { room: name })
  }, [name])
  return <pre>{texts.join('\n')}</pre>
}

function SayHello({ name }: { name: string }) {
  const [note, setNote] = useState('')
  const say = () => socket.emit('message', { room: name, text: 'Hello' }, () => setNote('(sent)'))
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
