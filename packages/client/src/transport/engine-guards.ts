import type { Socket as Engine } from 'engine.io-client'
import { watchReceived } from './engine-emits.ts'

/** python-engineio answers "ok" to a POST with more packets, and handles none of them (its `max_decode_packets`). */
const MAX_POST_PACKETS = 16

/** Corrects what engine.io-client does with any transport, also with one of the app. Called when the connection opens. */
export function guardEngine(engine: Engine): void {
  endStuckUpgrades(engine)
  limitPosts(engine)
  watchReceived(engine)
}

/** Polling stops for an upgrade. Where that fails, Socket.IO would wait silently until the heartbeat is overdue. */
function endStuckUpgrades(engine: Engine): void {
  engine.on('upgradeError', (error) => {
    if (engine['upgrading']) engine['_onClose']('transport error', error)
  })
}

/** What an app's own engine.io-client may not have: 6.6 came with socket.io-client 4.8. */
export interface OldEngine {
  _hasPingExpired?(): boolean
}

const limited = new WeakSet<Engine>()

/** The rest follows when the POST is answered. */
export function limitPosts(engine: Engine): void {
  if (limited.has(engine) || !('_getWritablePackets' in engine)) return // an app's own engine may be older
  limited.add(engine)
  const writable = engine['_getWritablePackets'].bind(engine)
  engine['_getWritablePackets'] = () => {
    const packets = writable()
    return engine.transport.name === 'polling' && packets.length > MAX_POST_PACKETS
      ? packets.slice(0, MAX_POST_PACKETS)
      : packets
  }
}
