import { type Refusal, RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import { io, type Manager, type ManagerOptions, type Socket } from 'socket.io-client'
import { type Packet, PacketType } from 'socket.io-parser'
import { guardedTransports } from './guarded-transports.ts'
import * as strictParser from './strict-parser.ts'
import { SharedConnections, sharingKey } from './shared-connections.ts'
import type { SocketHandlers, SocketOptions, SocketPort } from './socket-port.ts'

/** Socket.IO's timer ends here: ours covers more of an attempt (auth, the CONNECT packet). */
const NEVER_MS = 2 ** 31 - 1
/** Packets that may wait in the transport before volatile ones are dropped. */
const CONGESTED_PACKETS = 64

/** A registry of our own: the app's own `io()` has connections that reconnect by themselves. */
const connections = new SharedConnections<Manager>()

/** The port over socket.io-client. The socket is made by the first `open`, so an import does nothing. */
export function createSocketPort(url: string, options: SocketOptions, handlers: SocketHandlers): SocketPort {
  const managerOptions = toManagerOptions(options)
  let key: string | undefined
  let socket: Socket | undefined

  const create = (): Socket => {
    const own = io(url, { ...managerOptions, forceNew: true })
    own.io.on('open', () => endStuckUpgrades(own.io.engine))
    key = sharingKey(own.io['uri'], options)
    const made = onSharedConnection(own, key)
    made.on('connect', () => handlers.opened(String(made.id), made.recovered === true)) // undefined where none is kept
    made.on('connect_error', (error) => {
      // A refusal by the server deactivates the socket; a transport's failure leaves it active.
      if (made.active) handlers.failed(new RoomfulError('UNREACHABLE', unreachable(url), { cause: error }), false)
      else handlers.failed(refusalError(error), true)
    })
    made.on('disconnect', (reason, cause) => {
      if (reason === 'io client disconnect') return
      const kicked = reason === 'io server disconnect'
      const sentence = kicked ? 'the server closed the connection' : `the connection was lost (${reason})`
      handlers.closed(new RoomfulError(kicked ? 'KICKED' : 'DISCONNECTED', sentence, { cause }), kicked)
    })
    made.onAny((event: unknown, ...args: unknown[]) => {
      if (typeof event === 'string') handlers.packet(event, args)
    })
    return made
  }

  return {
    open(auth) {
      socket ??= create()
      connections.take(key, socket.io, socket)
      socket.receiveBuffer = [] // what an attempt brought that did not become a connection
      socket.auth = auth
      socket.connect()
    },
    close(isStuck = false) {
      if (!socket) return
      const { io: manager, connected, active } = socket
      connections.giveBack(key, manager, socket)
      socket.disconnect()
      if (connected || !active) return
      // Other clients may be waiting on the same connection: one that says nothing is of no use to them either.
      if (manager._readyState === 'opening' && isStuck) manager._close()
      if (manager._readyState !== 'open') return
      takeBack(socket)
      socket = undefined
    },
    // Socket.IO would put a packet aside where the heartbeat is overdue, and send it before any room is joined again.
    isReady: () => socket !== undefined && socket.connected && !socket.io.engine._hasPingExpired(),
    isCongested: () => (socket?.io.engine.writeBuffer.length ?? 0) > CONGESTED_PACKETS,
    emit: (event, args) => void socket?.emit(event, ...args),
    emitWithAck(event, args, timeoutMs, settle) {
      socket?.timeout(timeoutMs).emit(event, ...args, (error: Error | null, ...values: unknown[]) => {
        settle(error ? (socket?.connected ? 'timeout' : 'disconnected') : undefined, values)
      })
    },
  }
}

/** As with Socket.IO, clients of one origin share a connection, unless they are of the same namespace. Opens nothing. */
function onSharedConnection(own: Socket, key: string | undefined): Socket {
  const manager = connections.find(key)
  const namespace = own['nsp']
  return manager && !Object.hasOwn(manager['nsps'], namespace) ? manager.socket(namespace) : own
}

/** The server has not answered a CONNECT that nobody waits for any more: a late yes is undone, so that it keeps no ghost. */
function takeBack(socket: Socket): void {
  const { io: manager } = socket
  const nsp = socket['nsp']
  const answer = (packet: Packet): void => {
    if (packet.nsp === nsp && packet.type === PacketType.CONNECT) manager._packet({ type: PacketType.DISCONNECT, nsp })
  }
  manager.on('packet', answer)
  manager.once('close', () => manager.off('packet', answer))
}

/** Polling has stopped for an upgrade that then failed: Socket.IO would sit there, mute, until the heartbeat is missed. */
function endStuckUpgrades(engine: Manager['engine']): void {
  engine.on('upgradeError', (error) => {
    if (engine['upgrading']) engine['_onClose']('transport error', error)
  })
}

function toManagerOptions({ transports, query, extraHeaders, ...rest }: SocketOptions): Partial<ManagerOptions> {
  return {
    ...rest,
    ...(query && { query: { ...query } }),
    ...(extraHeaders && { extraHeaders: { ...extraHeaders } }),
    transports: guardedTransports(transports),
    parser: strictParser,
    autoConnect: false,
    reconnection: false,
    timeout: NEVER_MS,
  }
}

function refusalError(error: Error & { data?: unknown }): RoomfulError {
  const data = typeof error.data === 'object' && error.data !== null ? (error.data as Record<string, unknown>) : {}
  const refusal: Refusal = {
    code: typeof data['code'] === 'string' ? data['code'] : 'REFUSED',
    message: error.message,
    data: error.data,
  }
  return new RoomfulError(refusal.code, `the server refused the connection: ${error.message}`, {
    cause: error,
    refusal,
  })
}

function unreachable(url: string): string {
  return `unable to reach ${url === '' ? 'the server' : describe(url)}`
}
