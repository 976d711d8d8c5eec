import type { Server } from 'socket.io'

/** Does not send each logged room event to some of its receivers, as a server that drops packets of slow readers. */
export function loseBroadcasts(io: Server, isLost: () => boolean): void {
  const { adapter } = io.of('/')
  const broadcast = adapter.broadcast.bind(adapter)
  adapter.broadcast = (packet: { data?: unknown[] }, options) => {
    const meta = packet.data?.at(-1)
    if (typeof meta !== 'object' || meta === null || !('$room' in meta && 'seq' in meta)) {
      broadcast(packet, options)
      return
    }
    const losers = [...adapter.sids.keys()].filter(isLost)
    broadcast(packet, { ...options, except: new Set([...(options.except ?? []), ...losers]) })
  }
}
