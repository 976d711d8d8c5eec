import type { Server } from 'socket.io'

/** Keeps logged room events from some of those whom they are for, as a server does that lets go of slow readers. */
export function loseBroadcasts(io: Server, isLost: () => boolean): void {
  const { adapter } = io.of('/')
  const broadcast = adapter.broadcast.bind(adapter)
  adapter.broadcast = (packet: { data?: unknown[] }, options) => {
    const meta = packet.data?.at(-1)
    if (typeof meta !== 'object' || meta === null || !('$room' in meta && 'seq' in meta)) {
      broadcast(packet, options)
      return
    }
    const unlucky = [...adapter.sids.keys()].filter(isLost)
    broadcast(packet, { ...options, except: new Set([...(options.except ?? []), ...unlucky]) })
  }
}
