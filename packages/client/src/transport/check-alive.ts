import type { Socket as Engine } from 'engine.io-client'
import { type Packet, PacketType } from 'socket.io-parser'

/** How long a connection with a probe may be silent, in milliseconds. */
const PROBE_MS = 2_000
const STEP_MS = 200
/** Any Socket.IO v4 server answers at once that it has no such namespace. */
const PROBE_NAMESPACE = '/$probe'

/** The reason why `checkAlive` ended a connection that still looked open: the client connects again at once. */
export class DeadConnection extends Error {}

/** What is needed of Socket.IO's manager. */
interface Connected {
  readonly engine: Engine
  readonly _readyState: string
  _packet(packet: { type: PacketType; nsp: string }): void
  on(event: 'packet', listener: (packet: Packet) => void): unknown
  on(event: 'close', listener: () => void): unknown
  off(event: 'packet' | 'close', listener: unknown): unknown
}

/** The connections with a probe under way. Clients on the same connection send one probe together. */
const probed = new WeakSet<Engine>()

/**
 * Ends a connection whose heartbeat is overdue: timers do not run while a machine sleeps. With `mayBeDead`, sends the server
 * a probe, and ends the connection if it is silent for `PROBE_MS` before the answer. The heartbeat alone might take 45
 * seconds. A busy connection is not silent: the probe and its answer may be behind much data on a slow network.
 */
export function checkAlive(manager: Connected, mayBeDead: boolean): void {
  const { engine } = manager
  if (manager._readyState !== 'open') return
  if (Date.now() > engine['_pingTimeoutTime']) return end(engine, 'the heartbeat is overdue')
  if (!mayBeDead || probed.has(engine)) return
  probed.add(engine)
  let silentMs = 0
  const onPacket = (): void => void (silentMs = 0)
  const timer = setInterval(() => {
    const before = unsent
    unsent = unsentOf(engine)
    silentMs = unsent < before ? 0 : silentMs + STEP_MS
    if (silentMs >= PROBE_MS) end(engine, `no answer to a probe within ${PROBE_MS} ms`)
  }, STEP_MS)
  const answer = ({ nsp, type }: Packet): void => {
    if (nsp !== PROBE_NAMESPACE) return
    // The server accepts every namespace.
    if (type === PacketType.CONNECT) manager._packet({ type: PacketType.DISCONNECT, nsp })
    stop()
  }
  const stop = (): void => {
    clearInterval(timer)
    engine.off('packet', onPacket)
    manager.off('packet', answer)
    manager.off('close', stop)
    probed.delete(engine)
  }
  engine.on('packet', onPacket)
  manager.on('packet', answer)
  manager.on('close', stop)
  manager._packet({ type: PacketType.CONNECT, nsp: PROBE_NAMESPACE })
  let unsent = unsentOf(engine)
}

/** How much the transport has not sent: bytes of a WebSocket, packets of the others. */
function unsentOf({ transport, writeBuffer }: Engine): number {
  const { ws } = transport as { ws?: { readonly bufferedAmount?: number } }
  return ws?.bufferedAmount ?? writeBuffer.length
}

function end(engine: Engine, why: string): void {
  const transport = engine.transport as { isDead?: boolean }
  transport.isDead = true
  // It was `onClose` before socket.io-client 4.8, which an app's own socket may be of.
  const close = '_onClose' in engine ? '_onClose' : ('onClose' as '_onClose')
  engine[close]('ping timeout', new DeadConnection(why))
}
