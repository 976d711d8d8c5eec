import type { Socket as Engine } from 'engine.io-client'
import { type Packet, PacketType } from 'socket.io-parser'
import { DeadConnection, Probe, PROBE_NAMESPACE } from './probe.ts'

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
 * a probe, and ends the connection if it is silent.
 */
export function checkAlive(manager: Connected, mayBeDead: boolean): void {
  const { engine } = manager
  if (manager._readyState !== 'open') return
  if (Date.now() > engine['_pingTimeoutTime']) return end(engine, new DeadConnection('the heartbeat is overdue'))
  if (!mayBeDead || probed.has(engine)) return
  probed.add(engine)
  manager._packet({ type: PacketType.CONNECT, nsp: PROBE_NAMESPACE })
  const probe = new Probe(
    () => unsentOf(engine),
    (error) => end(engine, error),
  )
  const onPacket = (): void => probe.received()
  const answer = ({ nsp, type }: Packet): void => {
    if (nsp !== PROBE_NAMESPACE) return
    // The server accepts every namespace.
    if (type === PacketType.CONNECT) manager._packet({ type: PacketType.DISCONNECT, nsp })
    stop()
  }
  const stop = (): void => {
    probe.stop()
    engine.off('packet', onPacket)
    manager.off('packet', answer)
    manager.off('close', stop)
    probed.delete(engine)
  }
  engine.on('packet', onPacket)
  manager.on('packet', answer)
  manager.on('close', stop)
}

/** How much the transport has not sent: bytes of a WebSocket, packets of the others. */
function unsentOf({ transport, writeBuffer }: Engine): number {
  const { ws } = transport as { ws?: { readonly bufferedAmount?: number } }
  return ws?.bufferedAmount ?? writeBuffer.length
}

function end(engine: Engine, error: DeadConnection): void {
  const transport = engine.transport as { isDead?: boolean }
  transport.isDead = true
  // It was `onClose` before socket.io-client 4.8, which an app's own socket may be of.
  const close = '_onClose' in engine ? '_onClose' : ('onClose' as '_onClose')
  engine[close]('ping timeout', error)
}
