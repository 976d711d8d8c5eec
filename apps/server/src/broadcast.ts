import { randomUUID } from 'node:crypto'
import type { ServerToClientEvents } from '@roomful/contract'
import type { chat } from '@roomful-demo/chat-contract'
import type { ChatServer } from './events.ts'
import { logError } from './logs.ts'
import type { Redis } from './redis.ts'

type Events = ServerToClientEvents<typeof chat>
type Sent = { [E in keyof Events]: readonly [event: E, ...args: Parameters<Events[E]>] }[keyof Events]

/** Emits an event of the server to the clients of all nodes: to all of them, or to those in a Socket.IO room. */
export interface Broadcast {
  emit(event: Sent, room?: string): void
  /** Resolves when events of other nodes reach the clients of this one. */
  readonly ready: Promise<void>
  close(): void
}

interface Message {
  readonly node: string
  readonly event: Sent
  readonly room?: string
}

/**
 * For events of the app itself, outside of the chat's rooms. Socket.IO's Redis adapters do the same and more; this sends what the
 * demo needs. While Redis is away an event reaches the clients of this node only.
 */
export function createBroadcast(io: ChatServer, redis: Redis | undefined, channel: string): Broadcast {
  const emitHere = ([name, ...args]: Sent, room: string | undefined): void => {
    const target = room === undefined ? io.local : io.local.to(room)
    target.emit(name, ...(args as Parameters<Events[typeof name]>))
  }
  if (redis === undefined) return { emit: emitHere, ready: Promise.resolve(), close: () => {} }

  const report = (error: unknown): void => logError(error, { during: 'nodes' })
  const node = randomUUID()
  const subscriber = redis.duplicate()
  subscriber.on('error', report)
  async function subscribe(): Promise<void> {
    await subscriber.connect()
    await subscriber.subscribe(channel, (text) => {
      const message = JSON.parse(text) as Message
      if (message.node !== node) emitHere(message.event, message.room)
    })
  }
  const ready = subscribe()
  ready.catch(() => {}) // the caller waits for it later
  return {
    emit(event, room) {
      emitHere(event, room)
      const message: Message = { node, event, ...(room !== undefined && { room }) }
      redis.publish(channel, JSON.stringify(message)).catch(report)
    },
    ready,
    close: () => subscriber.destroy(),
  }
}
