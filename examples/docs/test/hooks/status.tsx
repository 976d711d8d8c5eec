import { useConnection, useSocket } from './roomful.ts'

export function Status() {
  const { status, reason, connect, disconnect } = useSocket()
  if (status === 'connected') return <button onClick={disconnect}>Go offline</button>
  if (status === 'disconnected') return <button onClick={() => void connect()}>Connect ({reason})</button>
  return <p>{status}</p>
}

export function Dot() {
  const isOnline = useConnection((state) => state.status === 'connected')
  return <i title={isOnline ? 'online' : 'offline'} />
}
