import type { Socket as Engine } from 'engine.io-client'
import { type OnLost, RecentEmits } from './recent-emits.ts'

/** The `OnLost` function of each packet in a transport's buffer. */
const listeners = new WeakMap<object, OnLost>()
const lastReceivedAt = new WeakMap<Engine, number>()

/** Notes when something came from the server. Called when the connection opens. */
export function watchReceived(engine: Engine): void {
  engine.on('packet', () => lastReceivedAt.set(engine, Date.now()))
}

/** The events of one client that may be lost with a connection of engine.io-client, which has a buffer of its own. */
export class RecentEngineEmits {
  readonly #recent = new RecentEmits()

  /** `packets`: those of the event in the transport's buffer. */
  add(engine: Engine, packets: readonly object[], onLost: OnLost): void {
    for (const packet of packets) listeners.set(packet, onLost)
    this.#recent.add(onLost, lastReceivedAt.get(engine) ?? 0)
  }

  clear(): void {
    this.#recent.take(0)
  }

  /** The connection has ended: reports what has not left the transport, and what was sent shortly before. */
  reportLost(engine: Engine): void {
    const recent = this.#recent.take(lastReceivedAt.get(engine) ?? 0)
    const buffered = new Map<OnLost, boolean>()
    for (const [index, packet] of engine.writeBuffer.entries()) {
      const onLost = listeners.get(packet)
      if (onLost) buffered.set(onLost, index < engine['_prevBufferLen']) // those at the front are under way
    }
    // By polling, the server has answered each POST that has left the buffer.
    const isPolling = engine.transport.name === 'polling'
    for (const onLost of recent) if (!isPolling && !buffered.has(onLost)) onLost(true)
    for (const [onLost, mayBeSent] of buffered) onLost(mayBeSent)
  }
}
