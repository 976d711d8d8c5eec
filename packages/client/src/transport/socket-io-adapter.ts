import { type Refusal, RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import { io, type Manager, type ManagerOptions, type Socket } from 'socket.io-client'
import * as standardParser from 'socket.io-parser'
import { type Packet, PacketType } from 'socket.io-parser'
import { copyBy, guardedParser } from './guarded-parser.ts'
import { guardedTransports } from './guarded-transports.ts'
import { withoutOffset } from './packet-offset.ts'
import { SharedConnections, sharingKey } from './shared-connections.ts'
import type { SocketHandlers, SocketOptions, SocketPort } from './socket-port.ts'

/** Turns Socket.IO's own time-out off: the client's covers the whole attempt, with auth and the CONNECT packet. */
const NEVER_MS = 2 ** 31 - 1
/** With more unsent packets in the transport, volatile ones are dropped. */
const CONGESTED_PACKETS = 64

/** Connections that clients share. Those of the app's own `io()` reconnect by themselves and are not among them. */
const connections = new SharedConnections<Manager>()

/** The port over socket.io-client. The first `open` makes the socket, so that an import does nothing. */
export function createSocketPort(url: string, options: SocketOptions, handlers: SocketHandlers): SocketPort {
  const managerOptions = toManagerOptions(options)
  let key: string | undefined
  let socket: Socket | undefined

  const create = (): Socket => {
    if (url.startsWith('/') && typeof location === 'undefined')
      throw new Error(`the url "${url}" is a path, and there is no page that it could be on`)
    const own = io(url, { ...managerOptions, forceNew: true })
    own.io.on('open', () => endStuckUpgrades(own.io.engine))
    key = sharingKey(own.io['uri'], options)
    const made = onSharedConnection(own, key)
    made.on('connect', () => handlers.opened(String(made.id), made.recovered === true)) // `recovered` is undefined on servers without recovery
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
      if (typeof event === 'string') handlers.packet(event, made['_pid'] ? withoutOffset(args, Date.now()) : args)
    })
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
    // Where the heartbeat is overdue, Socket.IO would buffer a packet and send it before the rooms are joined again.
    isReady: () => socket !== undefined && socket.connected && !socket.io.engine._hasPingExpired(),
    isCongested: () => (socket?.io.engine.writeBuffer.length ?? 0) > CONGESTED_PACKETS,
    emit: (event, args) => void socket?.emit(event, ...args),
    copy: (args) => copyBy(options.parser ?? standardParser, args),
    emitWithAck(event, args, settle) {
      if (!socket) return () => {}
      const acks = socket['acks'] as Record<number, unknown>
      const id = socket['ids']
      const ack = (error: Error | null, ...values: unknown[]): void => settle(error ? undefined : values)
      const forget = (): void => void delete acks[id]
      try {
        // Socket.IO calls such an ack with an error when the connection ends.
        socket.emit(event, ...args, Object.assign(ack, { withError: true }))
      } catch (error) {
        forget()
        throw error
      }
      return forget
    },
  }
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

/** Polling stops for an upgrade. Where that fails, Socket.IO would wait silently until the heartbeat is overdue. */
function endStuckUpgrades(engine: Manager['engine']): void {
  engine.on('upgradeError', (error) => {
    if (engine['upgrading']) engine['_onClose']('transport error', error)
  })
}

function toManagerOptions({
  transports,
  query,
  extraHeaders,
  parser = standardParser,
  ...rest
}: SocketOptions): Partial<ManagerOptions> {
  return {
    ...rest,
    ...(query && { query: { ...query } }),
    ...(extraHeaders && { extraHeaders: { ...extraHeaders } }),
    transports: guardedTransports(transports),
    parser: guardedParser(parser),
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
