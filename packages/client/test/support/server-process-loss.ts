import { type Pack, wire } from '@roomful/contract/protocol'
import type { Server } from 'socket.io'

/** Does not send each packet with logged room events to some of its receivers, as a server that drops packets of slow readers. */
export function loseBroadcasts(io: Server, isLost: () => boolean): void {
  const { adapter } = io.of('/')
  const broadcast = adapter.broadcast.bind(adapter)
  adapter.broadcast = (packet: { data?: unknown[] }, options) => {
    if (!hasLogged(packet.data ?? [])) {
      broadcast(packet, options)
      return
    }
    const losers = [...adapter.sids.keys()].filter(isLost)
    broadcast(packet, { ...options, except: new Set([...(options.except ?? []), ...losers]) })
  }
}

function hasLogged(packet: readonly unknown[]): boolean {
  const last = packet.at(-1)
  if (typeof last !== 'object' || last === null) return false
  if (packet[0] === wire.events) return (last as Pack).events.some(({ seq }) => seq !== undefined)
  return '$room' in last && 'seq' in last
}
