import { wire, type PublishRequest, type VolatileMessage } from '@roomful/contract'
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
}

function emittedBy({ event = '', data, args, namespace }: Packet): Emitted[] {
  const inRoom = (room: string, item: { event: string; data: unknown }): Emitted => {
    return { event: item.event, data: item.data, args: [item.data], namespace, room }
  }
  if (event === wire.publish) {
    const { room, items } = data as PublishRequest
    return items.map((item) => inRoom(room, item))
  }
  if (event === wire.volatile) {
    const request = data as VolatileMessage
    return [inRoom(request.room, request)]
  }
  return [{ event, data, args, namespace, room: undefined }]
}
