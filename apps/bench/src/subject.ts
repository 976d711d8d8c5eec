import { createClient, plainRooms } from '@roomful/client'
import { io } from 'socket.io-client'

export const CONTENDERS = ['socket.io-client', 'roomful'] as const
export type Contender = (typeof CONTENDERS)[number]
type Listener = (data: unknown) => void

/** A connected client of one contender, with the methods that the benchmarks need. */
export interface Subject {
  on(event: string, listener: Listener): () => void
  emitWithAck(event: string, data: unknown): Promise<unknown>
  close(): void
}

export async function connectTo(url: string, contender: Contender): Promise<Subject> {
  if (contender === 'roomful') {
    const client = createClient({
      url,
      rooms: plainRooms(),
      ackTimeoutMs: 600_000, // a busy machine needs long for all events of a benchmark
      socket: { transports: ['websocket'], forceNew: true },
    })
    await client.connect()
    return {
      on: (event, listener) => client.on(event, listener),
      emitWithAck: (event, data) => client.emitWithAck(event, data),
      close: client.close,
    }
  }
  const socket = io(url, { transports: ['websocket'], forceNew: true })
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  return {
    on(event, listener) {
      socket.on(event, listener)
      return () => socket.off(event, listener)
    },
    emitWithAck: (event, data) => socket.emitWithAck(event, data),
    close: () => socket.disconnect(),
  }
}
