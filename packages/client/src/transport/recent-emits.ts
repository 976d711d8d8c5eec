import type { Socket as Engine } from 'engine.io-client'

/** `mayBeSent`: the event may have arrived. */
export type OnLost = (mayBeSent: boolean) => void

/** Events that were sent so long before the server's last packet are taken as arrived. */
const SETTLED_MS = 1_000
const MAX_EMITS = 1_000

/** The `OnLost` function of each packet in a transport's buffer. */
const listeners = new WeakMap<object, OnLost>()
const lastReceivedAt = new WeakMap<Engine, number>()

/** Notes when something came from the server. Called when the connection opens. */
export function watchReceived(engine: Engine): void {
  engine.on('packet', () => lastReceivedAt.set(engine, Date.now()))
}

/** The events of one client that may be lost with the connection: the server confirms none of them. */
export class RecentEmits {
  #emits: { readonly at: number; readonly onLost: OnLost }[] = []

  /** `packets`: those of the event in the transport's buffer. */
  add(engine: Engine, packets: readonly object[], onLost: OnLost): void {
    for (const packet of packets) listeners.set(packet, onLost)
    const settledAt = (lastReceivedAt.get(engine) ?? 0) - SETTLED_MS
    while (this.#emits.length >= MAX_EMITS || (this.#emits[0]?.at ?? Infinity) < settledAt) this.#emits.shift()
    this.#emits.push({ at: Date.now(), onLost })
  }

  clear(): void {
    this.#emits = []
  }

  /** The connection has ended: reports what has not left the transport, and what was sent shortly before. */
  reportLost(engine: Engine): void {
    const settledAt = (lastReceivedAt.get(engine) ?? 0) - SETTLED_MS
    const recent = this.#emits.filter(({ at }) => at >= settledAt)
    this.clear()
    const buffered = new Map<OnLost, boolean>()
    for (const [index, packet] of engine.writeBuffer.entries()) {
      const onLost = listeners.get(packet)
      if (onLost) buffered.set(onLost, index < engine['_prevBufferLen']) // those at the front are under way
    }
    // By polling, the server has answered each POST that has left the buffer.
    const isPolling = engine.transport.name === 'polling'
    for (const { onLost } of recent) if (!isPolling && !buffered.has(onLost)) onLost(true)
    for (const [onLost, mayBeSent] of buffered) onLost(mayBeSent)
  }
}
