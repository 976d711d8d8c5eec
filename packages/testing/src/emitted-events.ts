import { isObject, wire, type PublishRequest, type VolatileMessage } from '@roomful/contract/protocol'
import type { Packet } from './packet.ts'

/** An event that a client emitted. */
export interface Emitted {
  readonly event: string
  /** The first argument. */
  readonly data: unknown
  readonly args: readonly unknown[]
  readonly namespace: string
  /** The room of a `room.emit` of `@roomful/client`, where the server has `createRooms`; otherwise undefined. */
  readonly room: string | undefined
  /** The credentials with which the client connected. */
  readonly auth: unknown
  /** The `id` of the client's socket. */
  readonly socketId: string | undefined
}

/** The oldest events are discarded beyond this number. */
const MAX_EVENTS = 1_000

/** The events that clients emitted, oldest first, including those that a fault dropped on their way. */
export class EmittedEvents {
  readonly list: Emitted[] = []

  add(packet: Packet): void {
    if (packet.direction !== 'toServer' || packet.type !== 'event') return
    this.list.push(...emittedEventsIn(packet))
    this.list.splice(0, this.list.length - MAX_EVENTS)
  }

  clear(): void {
    this.list.length = 0
  }
}

function emittedEventsIn({ event = '', data, args, namespace, auth, socketId }: Packet): Emitted[] {
  const inRoom = (room: string, item: Item): Emitted => {
    return { event: item.event, data: item.data, args: [item.data], namespace, room, auth, socketId }
  }
  // A malformed request is recorded as it is.
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
