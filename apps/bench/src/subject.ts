import { createClient, plainRooms } from '@roomful/client'
import { io } from 'socket.io-client'

export const CONTENDERS = ['socket.io-client', 'roomful'] as const
export type Contender = (typeof CONTENDERS)[number]
type Listener = (data: unknown) => void

/** One contender, connected: what the benchmarks do with it. */
export interface Subject {
  on(event: string, listener: Listener): () => void
  ask(event: string, data: unknown): Promise<unknown>
  close(): void
}

export async function connectTo(url: string, contender: Contender): Promise<Subject> {
  if (contender === 'roomful') {
    const client = createClient({ url, rooms: plainRooms(), socket: { transports: ['websocket'], forceNew: true } })
    await client.connect()
    return {
      on: (event, listener) => client.on(event, listener),
      ask: (event, data) => client.emitWithAck(event, data),
      close: () => client.disconnect(),
    }
  }
  const socket = io(url, { transports: ['websocket'], forceNew: true })
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  return {
    on(event, listener) {
      socket.on(event, listener)
      return () => socket.off(event, listener)
    },
    ask: (event, data) => socket.emitWithAck(event, data),
    close: () => socket.disconnect(),
  }
}
