import { isObject, type Pack, type WireMeta, wire } from '@roomful/contract/protocol'
import type { Packet } from './packet.ts'

/** The events of a pack as packets of their own, as they come to a client that reads no packs; none for any other packet. */
export function packedEvents(packet: Packet): Packet[] {
  const { type, event, data } = packet
  if (type !== 'event' || event !== wire.events || !isPack(data)) return []
  const { room, epoch, from: sender = null, events } = data
  return events.map(({ event: name, data: body = null, seq, id, from = sender, at }) => {
    const meta: WireMeta = { $room: room, ...(seq !== undefined && id !== undefined && { epoch, seq, id }), from, at }
    return { ...packet, event: name, data: body, args: [body, meta] }
  })
}

/** Of a server that may be broken: a test of it must not fail here. */
function isPack(data: unknown): data is Pack {
  return isObject(data) && Array.isArray(data['events']) && data['events'].every(isObject)
}
