import { RoomfulError } from '@roomful/contract'
import { parseAddress } from './address.ts'
import { connectError, lostSentence } from './connection-errors.ts'
import { limitPosts } from './engine-guards.ts'
import { copyBy } from './guarded-parser.ts'
import { packetListener, registerAck, type Socket, socketActions } from './socket-io-adapter.ts'
import type { ExistingSocket, SocketHandlers, SocketParser, SocketPort } from './socket-port.ts'

type StopReason = Parameters<SocketHandlers['stopped']>[0]

/**
 * The port over a socket of the app, which connects and reconnects as the app has set it up. `open` attaches listeners, and
 * connects the socket if nothing else has; `close` detaches them. Otherwise the socket stays as it is.
 */
export function createExistingSocketPort(existing: ExistingSocket, handlers: SocketHandlers): SocketPort {
  const socket = existing as Socket
  const manager = socket.io
  const address = parseAddress(manager['uri']).address

  const opened = (recovered: boolean): void => {
    limitPosts(manager.engine)
    handlers.opened(String(socket.id), recovered)
  }
  const onResumed = (): void => handlers.resumed()
  let isOpen = false
  /** The socket stays disconnected until the app connects it. Then the client connects, too. */
  const stop = (reason: StopReason, error: RoomfulError): void => {
    detach()
    socket.on('connect', onResumed)
    handlers.stopped(reason, error)
  }
  const stopByApp = (): void => stop('client', new RoomfulError('DISCONNECTED', 'the app disconnected the socket'))
  /** A socket that is not connected has no event for its `disconnect()`, or its manager's. */
  const noticeStop = (): void => {
    const isStopped = !socket.active || manager['skipReconnect'] === true
    if (isOpen && isStopped && !socket.connected) stopByApp()
  }
  /** The socket's own event for a kick or a refusal comes after the manager's. */
  const onManager = (): void => void Promise.resolve().then(noticeStop)
  /** Settles the calls whose answers cannot come any more. */
  const pending = new Set<() => void>()
  const cutOff = (): void => {
    for (const end of pending) end()
  }
  const onConnect = (): void => opened(socket.recovered === true)
  const onConnectError = (cause: Error): void => {
    const error = connectError(cause, address, !socket.active)
    if (!socket.active) stop('refused', error)
    else if (manager.reconnection()) handlers.waiting(error)
    else stop('exhausted', error)
  }
  const onDisconnect = (reason: string, cause: unknown): void => {
    cutOff()
    const error = new RoomfulError('DISCONNECTED', lostSentence(reason, cause, address), { cause })
    if (reason === 'io client disconnect') stopByApp()
    else if (reason === 'io server disconnect') stop('kicked', new RoomfulError('KICKED', error.message, { cause }))
    else if (manager.reconnection()) handlers.waiting(error)
    else stop('exhausted', error)
  }
  const onGaveUp = (): void =>
    stop('exhausted', new RoomfulError('EXHAUSTED', 'the socket made its last attempt to connect'))
  const onPacket = packetListener(socket, handlers)

  /** Emits without the `ackTimeout` and the `retries` of the app: the client has time-outs of its own, and sends nothing twice. */
  const emit = (event: string, args: readonly unknown[]): void => {
    const own = socket as unknown as { _opts: object | undefined } // undefined before socket.io-client 4.6
    const { _opts } = own
    own._opts = {}
    try {
      socket.emit(event, ...args)
    } finally {
      own._opts = _opts
    }
  }

  const detach = (): void => {
    isOpen = false
    socket.off('connect', onConnect)
    socket.off('connect', onResumed)
    socket.off('connect_error', onConnectError)
    socket.off('disconnect', onDisconnect)
    manager.off('reconnect_failed', onGaveUp)
    manager.off('open', onManager)
    manager.off('close', onManager)
    socket.offAny(onPacket)
  }

  const actions = socketActions(() => socket)
  return {
    open() {
      const isFollowing = isOpen
      detach()
      socket.on('connect', onConnect)
      socket.on('connect_error', onConnectError)
      socket.on('disconnect', onDisconnect)
      manager.on('reconnect_failed', onGaveUp)
      manager.on('open', onManager)
      manager.on('close', onManager)
      socket.onAny(onPacket)
      isOpen = true
      if (socket.connected) opened(false)
      else if (isFollowing) noticeStop()
      else if (!socket.active || isIdle(manager)) socket.connect()
    },
    close() {
      detach()
      cutOff()
    },
    ...actions,
    checkAlive(mayBeDead) {
      noticeStop()
      actions.checkAlive(mayBeDead)
    },
    emitWithAck(event, args, settle) {
      const end = (values?: unknown[]): void => {
        forget()
        settle(values)
      }
      const onEnd = (): void => end()
      // Without `withError`: before 4.7 no ack was called when the connection ended.
      const forgetAck = registerAck(
        socket,
        (...values: unknown[]) => end(values),
        (ack) => emit(event, [...args, ack]),
      )
      const forget = (): void => {
        pending.delete(onEnd)
        forgetAck()
      }
      pending.add(onEnd)
      return forget
    },
    copy: (args) => copyBy(parserOf(manager), args),
    emit,
  }
}

function parserOf(manager: Socket['io']): SocketParser {
  const { encoder, decoder } = manager as unknown as Record<'encoder' | 'decoder', object>
  return { Encoder: encoder.constructor, Decoder: decoder.constructor } as SocketParser
}

/** True if the manager is closed and is not reconnecting. */
function isIdle(manager: Socket['io']): boolean {
  return manager._readyState === 'closed' && !manager['_reconnecting']
}
