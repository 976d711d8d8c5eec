import { parseAddress } from '../address.ts'
import { isCongestedBy } from '../congestion.ts'
import { MAX_ACK_ID, sizeError } from '../message-size.ts'
import { sharingKey } from '../shared-connections.ts'
import type { SocketHandlers, SocketPort } from '../socket-port.ts'
import { endpointOf } from './endpoint.ts'
import type { LightSocketOptions } from './light-options.ts'
import { NamespaceSocket, NO_FALLBACK, type Session } from './namespace-socket.ts'
import { ACK, copyOf, encode } from './packet-codec.ts'
import { webSocketClass } from './web-socket.ts'
import { WebSocketConnection } from './web-socket-connection.ts'

/** Connections that clients share, by their addresses and options. */
const connections = new Map<string | undefined, WebSocketConnection>()

/** The port over a WebSocket. The first `open` makes it, so that an import does nothing. */
export function createLightSocketPort(url: string, given: LightSocketOptions, handlers: SocketHandlers): SocketPort {
  const { address, query } = parseAddress(url)
  const options = { ...given, query: { ...query, ...given.query } }
  const session: Session = {}
  let socket: NamespaceSocket | undefined
  let connection: WebSocketConnection | undefined

  return {
    hint: NO_FALLBACK,
    open(auth) {
      const endpoint = endpointOf(address, options)
      const current = connectionFor(endpoint.url, endpoint.nsp, options)
      connection = current
      socket = new NamespaceSocket(endpoint.nsp, current, address, auth, session, handlers)
      current.add(socket)
    },
    close(isStuck = false) {
      const left = socket
      socket = undefined
      left?.leave(isStuck)
    },
    cut: () => connection?.end('forced close'),
    checkAlive: (mayBeDead) => connection?.checkAlive(mayBeDead),
    isReady: () => socket?.isReady ?? false,
    isCongested: (packets) =>
      connection !== undefined && isCongestedBy(connection.unsentPackets, connection.unsentBytes, packets),
    emit: (event, args, onLost) => socket?.emit(event, args, onLost),
    emitWithAck: (event, args, settle) => socket?.emitWithAck(event, args, settle) ?? (() => {}),
    copy: copyOf,
    answerError: (data) => {
      const pieces = encode({ type: ACK, nsp: '/', id: MAX_ACK_ID, data })
      return sizeError(pieces, connection?.maxPayload, () => 'the answer')
    },
  }
}

/** A shared connection if there is one with the same options and a place for the namespace; otherwise a new one. */
function connectionFor(url: string, nsp: string, options: LightSocketOptions): WebSocketConnection {
  const key = sharingKey(url, options)
  const shared = key === undefined ? undefined : connections.get(key)
  if (shared?.hasPlaceFor(nsp)) return shared
  const WebSocket = webSocketClass(options.WebSocket)
  const made = new WebSocketConnection(new WebSocket(url, options.protocols), () => {
    if (connections.get(key) === made) connections.delete(key)
  })
  if (!shared && key !== undefined) connections.set(key, made)
  return made
}
