import { type AnyContract, RoomfulError } from '@roomful/contract'
import type { Client } from './client.ts'
import type { ClientCore } from './client-core.ts'
import { clientInternals } from './client-internals.ts'
import type { Auth } from './connection/auth.ts'
import { Connection } from './connection/connection.ts'
import type { ConnectionState, ServerInfo } from './connection/connection-state.ts'
import { assertListener, type Unsubscribe } from './emitter.ts'
import { refusalIn } from './errors.ts'
import { Dispatcher, MAX_UNSENT_ANSWERS } from './events/dispatcher.ts'
import { Schemas } from './events/schemas.ts'
import { Sender } from './events/sender.ts'
import { assertNumber, type ClientOptions, type ExistingSocketOptions, type Settings, settingsFrom } from './options.ts'
import { type CallOptions, handled, throwIfAborted, untilState } from './promises.ts'
import { createReporting, reports } from './reporting.ts'
import type { JoinOptions } from './rooms/room.ts'
import { RoomCore } from './rooms/room-core.ts'
import { Rooms } from './rooms/rooms.ts'
import type { RoomsProtocol } from './rooms/rooms-protocol.ts'
import type { SocketHandlers, SocketPort } from './transport/socket-port.ts'

type Handler = (...args: unknown[]) => void
type AnyOptions = ClientOptions | ExistingSocketOptions

/** What an existing socket does as the app has set it up. */
const LEFT_TO_SOCKET = ['credentials', 'timeouts', 'back-off', 'sizes', 'losses'] as const

/** The entries of this package differ in the transport that they give. */
type CreatePort = (settings: Settings, handlers: SocketHandlers) => SocketPort

/** Makes the parts of a client, over any transport. */
export function createClientOver(
  createPort: CreatePort,
  options: AnyOptions & { readonly contract?: AnyContract | undefined },
): Client {
  const settings = settingsFrom(options)
  const reporting = createReporting(settings)
  const schemas = new Schemas(options.contract?.checks, settings.rooms.assertEventName, reporting.invalid)
  const dispatcher: Dispatcher = new Dispatcher(
    () => protocol,
    schemas,
    reporting,
    (error) => connection.reject(error),
    (event, values) => sender.copy(event, values),
    (values) => port.answerError?.(values),
    () => port.isCongested(MAX_UNSENT_ANSWERS),
  )
  const handlers: SocketHandlers = {
    opened: (id, recovered) => connection.opened(id, recovered),
    failed: (error, refused) => connection.failed(error, refused),
    closed: (...how) => connection.closed(...how),
    packet: dispatcher.receive,
    waiting: (error) => connection.waiting(error),
    stopped: (reason, error) => connection.stopped(reason, error),
    resumed: () => connection.connect(),
  }
  const { existingSocket } = settings
  const port = createPort(settings, handlers)
  const { auth } = settings
  const askedByProtocol: Auth | undefined =
    typeof auth === 'function' ? (context) => protocol.askAuth?.(auth, context) ?? auth(context) : auth
  const sender = new Sender(port, settings.queueLimit, reporting)
  const connection: Connection = new Connection(
    { ...settings, auth: askedByProtocol },
    serverInfo,
    port,
    reporting,
    follow,
  )
  const rooms = new Rooms((name, ...use) => new RoomCore(name, core, protocol, ...use), autoConnect)
  const core: ClientCore = {
    url: settings.url,
    settings,
    connection,
    sender,
    schemas,
    reporting,
    rooms,
  }
  const protocol: RoomsProtocol = settings.rooms.createProtocol(core)
  /** Counts connects and disconnects: joining the rooms again takes a while. */
  let connects = 0

  function serverInfo(): ServerInfo | undefined {
    const info = protocol.serverInfo
    return info && existingSocket ? { ...info, guarantees: { ...info.guarantees, leftToSocket: LEFT_TO_SOCKET } } : info
  }

  /** The client's own part of a change of the connection, before the app's listeners. */
  function follow(to: ConnectionState<unknown>, from: ConnectionState<unknown>): void {
    reporting.inspect({ type: 'connection', from, to })
    if (to.status === 'connecting') {
      if (from.status === 'disconnected') rooms.onDisconnected() // the rooms wait for the connection again
      protocol.onConnecting()
    } else if (to.status === 'connected') {
      if (from.status !== 'connected') onConnected(to.recovered && protocol.kind === 'plain')
    } else onDisconnected(to.status === 'disconnected' ? (to.error ?? stoppedByApp()) : undefined)
  }

  function onConnected(isRecovered: boolean): void {
    const connect = ++connects
    reporting.connected()
    if (protocol.onConnected(isRecovered)) {
      sender.clear(new RoomfulError('DISCONNECTED', 'another user is connected now'))
      rooms.onUserChanged()
    }
    void rooms.onConnected(isRecovered).then(() => {
      if (connect === connects) sender.open()
    })
    void afterAwaits().then(() => {
      if (connect === connects) dispatcher.open()
    })
  }

  /** With an error: no connection is sought any more. */
  function onDisconnected(error: RoomfulError | undefined): void {
    connects += 1
    dispatcher.close()
    sender.close()
    rooms.onDisconnected(error)
    if (!error) return
    sender.clear(error)
    protocol.onStopped(error)
  }

  function autoConnect(): void {
    if (settings.autoConnect && connection.store.getState().status === 'idle') connection.connect()
  }

  function emit(event: string, ...args: unknown[]): boolean {
    schemas.checkEvent(event, args)
    const error = connection.stoppedBy()
    if (error) reporting.drop(event, error)
    else autoConnect()
    return !error && sender.emit(event, args)
  }

  async function emitWithAck(wait: CallOptions, event: string, args: readonly unknown[]): Promise<unknown> {
    const { timeoutMs = settings.ackTimeoutMs, signal } = wait
    throwIfAborted(signal)
    const sent = schemas.checkAsk(event, args)
    assertNumber('timeoutMs', timeoutMs)
    const error = connection.stoppedBy()
    if (error) throw error
    autoConnect()
    const values = await sender.request(event, sent, { timeoutMs, signal })
    const refusal = refusalIn(values, settings.rooms.refusals)
    if (refusal) throw refusal
    return schemas.readAck(event, values)
  }

  const ackEmitter = (wait: CallOptions) => ({
    emitWithAck: (event: string, ...args: unknown[]) => handled(emitWithAck(wait, event, args)),
  })

  const on = (event: string, handler: unknown): Unsubscribe => {
    const off = dispatcher.on(event, handler as Handler)
    autoConnect()
    return off
  }

  const client = {
    get status() {
      return connection.store.getState().status
    },
    connection: connection.store,
    outbox: protocol.clientOutbox,
    get inbox() {
      return rooms.useInbox()
    },
    get guarantees() {
      const state = connection.store.getState()
      return state.status === 'connected' ? state.guarantees : undefined
    },
    connect(wait: { readonly signal?: AbortSignal } = {}) {
      if (!wait.signal?.aborted) connection.connect()
      return handled(untilState(connection.store, connectVerdict, wait))
    },
    autoConnect,
    wake: () => connection.wake(true),
    disconnect: () => connection.stop('client'),
    close() {
      connection.close()
      protocol.close()
      rooms.close()
      dispatcher.clear()
    },
    on,
    once(event: string, handler: unknown) {
      assertListener(handler)
      const off = on(event, (...args: unknown[]) => {
        off()
        return (handler as Handler)(...args)
      })
      return off
    },
    emit,
    send: (...args: unknown[]) => emit('message', ...args),
    volatile: {
      emit(event: string, ...args: unknown[]) {
        schemas.checkEvent(event, args)
        return sender.volatile(event, args)
      },
    },
    ...ackEmitter({}),
    timeout: (timeoutMs: number) => ackEmitter({ timeoutMs }),
    with: ackEmitter,
    room: (name: string) => rooms.room(name),
    join: (name: string, wait?: JoinOptions) => rooms.room(name).join(wait),
    leave: (name: string) => rooms.room(name).leave(),
  }
  reports.set(client, reporting.report)
  clientInternals.set(client, { settings, port, handlers, rooms })
  // With `plainRooms()` only an app that uses the inbox has one, which says that it cannot work.
  if (protocol.kind === 'roomful' && options.contract?.definition.inbox) rooms.useInbox()
  return client as Client
}

/** `connect()` ends with the first state that says how it went. */
function connectVerdict({ status, error }: ConnectionState<unknown>): Error | true | undefined {
  if (status === 'connected') return true
  return status === 'disconnected' ? (error ?? stoppedByApp()) : undefined
}

const stoppedByApp = (): RoomfulError =>
  new RoomfulError('DISCONNECTED', 'disconnect() was called; connect() connects again')

/** A few microtasks: code after `await client.connect()` can add its listeners before the first packet is handed on. */
async function afterAwaits(): Promise<void> {
  for (let count = 0; count < 4; count += 1) await Promise.resolve()
}
