import { isObject, wire, type PublishRequest, type VolatileMessage } from '@roomful/contract/protocol'
import type { Packet } from './packet.ts'

/** An event that a client emitted. */
export interface Emitted {
  readonly event: string
  /** The first argument. */
  readonly data: unknown
  readonly args: readonly unknown[]
  readonly namespace: string
  /** The room that it was sent to by `room.emit` of `@roomful/client`, with `createRooms` on the server. */
  readonly room: string | undefined
  /** The credentials with which the client connected. */
  readonly auth: unknown
  /** The `id` that the client's socket had. */
  readonly socketId: string | undefined
}

/** Older ones are forgotten. */
const MOST = 1_000

/** What clients emitted, in the order in which it came, whatever became of it. */
export class Records {
  readonly list: Emitted[] = []

  add(packet: Packet): void {
    if (packet.direction !== 'toServer' || packet.type !== 'event') return
    this.list.push(...emittedBy(packet))
    this.list.splice(0, this.list.length - MOST)
  }

  clear(): void {
    this.list.length = 0
  }
}

function emittedBy({ event = '', data, args, namespace, auth, socketId }: Packet): Emitted[] {
  const inRoom = (room: string, item: Item): Emitted => {
    return { event: item.event, data: item.data, args: [item.data], namespace, room, auth, socketId }
  }
  // What is malformed stands here as it came.
  if (event === wire.publish && isPublish(data)) return data.items.map((item) => inRoom(data.room, item))
  if (event === wire.volatile && isVolatile(data)) return [inRoom(data.room, data)]
  return [{ event, data, args, namespace, room: undefined, auth, socketId }]
}

type Item = Pick<PublishRequest['items'][number], 'event' | 'data'>

function isPublish(data: unknown): data is PublishRequest {
  return (
    isObject(data) && typeof data['room'] === 'string' && Array.isArray(data['items']) && data['items'].every(isItem)
  )
}

function isVolatile(data: unknown): data is VolatileMessage {
  return isItem(data) && 'room' in data && typeof data.room === 'string'
}

function isItem(data: unknown): data is Item {
  return isObject(data) && typeof data['event'] === 'string'
}
