import { RoomfulError } from '@roomful/contract'
import { io, type Manager, type ManagerOptions, type Socket } from 'socket.io-client'
import * as standardParser from 'socket.io-parser'
import { type Packet, PacketType } from 'socket.io-parser'
import { errorOf } from '../errors.ts'
import { assertReachable, parseAddress } from './address.ts'
import { checkAlive } from './check-alive.ts'
import { isCongestedBy } from './congestion.ts'
import { connectError, lostSentence } from './connection-errors.ts'
import { RecentEngineEmits } from './engine-emits.ts'
import { guardEngine, type OldEngine } from './engine-guards.ts'
import { copyBy, guardedParser } from './guarded-parser.ts'
import { guardedTransports } from './guarded-transports.ts'
import { withSizeLimit } from './limited-encoder.ts'
import { MAX_ACK_ID } from './message-size.ts'
import { withoutOffset } from './packet-offset.ts'
import { DeadConnection } from './probe.ts'
import { SharedConnections, sharingKey } from './shared-connections.ts'
import type { SocketHandlers, SocketOptions, SocketPort } from './socket-port.ts'

export type { Socket }

/** Turns Socket.IO's own time-out off: the client's covers the whole attempt, with auth and the CONNECT packet. */
const NEVER_MS = 2 ** 31 - 1

/** Connections that clients share. Those of the app's own `io()` reconnect by themselves and are not among them. */
const connections = new SharedConnections<Manager>()

/** The port over socket.io-client. The first `open` makes the socket, so that an import does nothing. */
export function createSocketPort(url: string, given: SocketOptions, handlers: SocketHandlers): SocketPort {
  const { address, query } = parseAddress(url)
  const options = { ...given, query: { ...query, ...given.query } }
  const managerOptions = toManagerOptions(options)
  let key: string | undefined
  let socket: Socket | undefined
  const recent = new RecentEngineEmits()

  const create = (): Socket => {
    assertReachable(address)
    const own = io(address, { ...managerOptions, forceNew: true })
    own.io.on('open', () => guardEngine(own.io.engine))
    const encoder = own.io['encoder'] as { encode: (packet: Packet) => unknown[] }
    encoder.encode = withSizeLimit(
      encoder.encode.bind(encoder),
      () => own.io.engine,
      // Later: Socket.IO is in the middle of connecting.
      (nsp, error) => void Promise.resolve().then(() => own.io['nsps'][nsp]?.['emitReserved']('connect_error', error)),
    )
    key = sharingKey(own.io['uri'], options)
    const made = onSharedConnection(own, key)
    made.on('connect', () => handlers.opened(String(made.id), made.recovered === true)) // `recovered` is undefined on servers without recovery
    made.on('connect_error', (error) => {
      // A refusal by the server deactivates the socket; a transport's failure leaves it active.
      if (error instanceof RoomfulError) handlers.failed(error, true)
      else handlers.failed(connectError(error, address, !made.active), !made.active)
    })
    made.on('disconnect', (reason, cause) => {
      if (reason === 'io client disconnect') return recent.clear()
      const kicked = reason === 'io server disconnect'
      const isDead = cause instanceof DeadConnection
      const sentence = lostSentence(reason, cause, address)
      recent.reportLost(made.io.engine)
      handlers.closed(new RoomfulError(kicked ? 'KICKED' : 'DISCONNECTED', sentence, { cause }), kicked, isDead)
    })
    made.onAny(packetListener(made, handlers))
    return made
  }

  return {
    open(auth) {
      socket ??= create()
      connections.take(key, socket.io, socket)
      socket.receiveBuffer = [] // packets of an attempt that did not become a connection
      socket.auth = auth
      socket.connect()
    },
    close(isStuck = false) {
      if (!socket) return
      const { io: manager, connected, active } = socket
      connections.giveBack(key, manager, socket)
      socket.disconnect()
      if (connected || !active) return
      // Other clients may wait on the same connection; a connection that says nothing is of no use to them either.
      if (manager._readyState === 'opening' && isStuck) manager._close()
      if (manager._readyState !== 'open') return
      takeBack(socket)
      socket = undefined
    },
    ...socketActions(() => socket),
    emitWithAck(event, args, settle) {
      if (!socket) return () => {}
      const made = socket
      const ack = (error: Error | null, ...values: unknown[]): void => settle(error ? undefined : values)
      // Socket.IO calls such an ack with an error when the connection ends.
      return registerAck(made, Object.assign(ack, { withError: true }), (sent) => made.emit(event, ...args, sent))
    },
    copy: (args) => copyBy(options.parser ?? standardParser, args),
    answerError(data) {
      if (!socket) return undefined
      const { encode } = socket.io['encoder'] as { encode: (packet: Packet) => unknown[] }
      const packet = { type: PacketType.ACK, nsp: socket['nsp'], id: MAX_ACK_ID, data }
      return errorOf(() => void encode(packet))
    },
    emit(event, args, onLost) {
      if (!socket) return
      const { writeBuffer } = socket.io.engine
      const before = writeBuffer.length
      socket.emit(event, ...args)
      if (onLost) recent.add(socket.io.engine, writeBuffer.slice(before), onLost)
    },
  }
}

type Actions = Pick<SocketPort, 'cut' | 'isReady' | 'checkAlive' | 'isCongested'>

/** What is the same for a socket of the client and for one of the app. */
export function socketActions(current: () => Socket | undefined): Actions {
  return {
    // Where the heartbeat is overdue, Socket.IO would buffer a packet and send it before the rooms are joined again.
    isReady() {
      const socket = current()
      if (!socket?.connected) return false
      const engine: OldEngine = socket.io.engine
      return engine._hasPingExpired?.() !== true
    },
    cut: () => current()?.io.engine.close(),
    checkAlive(mayBeDead) {
      const socket = current()
      if (socket?.connected) checkAlive(socket.io, mayBeDead)
    },
    isCongested(packets) {
      const { writeBuffer = [], transport } = current()?.io.engine ?? {}
      const { ws } = (transport ?? {}) as { ws?: { readonly bufferedAmount?: number } }
      return isCongestedBy(writeBuffer.length, ws?.bufferedAmount, packets)
    },
  }
}

/** For `onAny`: hands over each event, without what connection state recovery adds to it. */
export function packetListener(socket: Socket, handlers: SocketHandlers): (...packet: unknown[]) => void {
  return (event, ...args) => {
    if (typeof event === 'string') handlers.packet(event, socket['_pid'] ? withoutOffset(args, Date.now()) : args)
  }
}

/** Emits with an ack. Returns what makes the socket forget it. */
export function registerAck<Ack>(socket: Socket, ack: Ack, emit: (ack: Ack) => void): () => void {
  const acks = socket['acks'] as Record<number, unknown>
  const id = socket['ids']
  const forget = (): void => void delete acks[id]
  try {
    emit(ack)
  } catch (error) {
    forget()
    throw error
  }
  return forget
}

/** As in Socket.IO, clients of one origin share a connection, unless they have the same namespace. Opens no connection. */
function onSharedConnection(own: Socket, key: string | undefined): Socket {
  const manager = connections.find(key)
  const namespace = own['nsp']
  return manager && !Object.hasOwn(manager['nsps'], namespace) ? manager.socket(namespace) : own
}

/** The CONNECT was not answered in time. A late answer is undone, so that the server keeps no socket without a client. */
function takeBack(socket: Socket): void {
  const { io: manager } = socket
  const nsp = socket['nsp']
  const answer = (packet: Packet): void => {
    if (packet.nsp === nsp && packet.type === PacketType.CONNECT) manager._packet({ type: PacketType.DISCONNECT, nsp })
  }
  manager.on('packet', answer)
  manager.once('close', () => manager.off('packet', answer))
}

function toManagerOptions({ transports, parser = standardParser, ...options }: SocketOptions): Partial<ManagerOptions> {
  // An undefined value would replace a default of Socket.IO.
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return {
    ...Object.fromEntries(given),
    ...(options.extraHeaders && { extraHeaders: { ...options.extraHeaders } }), // Node's WebSocket adds cookies to it
    transports: guardedTransports(transports),
    parser: guardedParser(parser),
    autoConnect: false,
    reconnection: false,
    timeout: NEVER_MS,
  }
}
