import {
  type AnyContract,
  type ContractDefinition,
  type EventsMap,
  RoomfulError,
  type SocketIoContract,
} from '@roomful/contract'
import type { Hello } from '@roomful/contract/protocol'
import type { Client } from './client.ts'
import { Connection } from './connection/connection.ts'
import type { ConnectionState } from './connection/connection-state.ts'
import { guaranteesOf } from './connection/guarantees.ts'
import { assertListener, type Unsubscribe } from './emitter.ts'
import { Dispatcher } from './events/dispatcher.ts'
import { refusalIn } from './events/refusal.ts'
import { Schemas } from './events/schemas.ts'
import { type CallOptions, Sender } from './events/sender.ts'
import { assertNumber, type ClientOptions, settingsFrom } from './options.ts'
import { Outbox } from './roomful/outbox/outbox.ts'
import { handled, untilState } from './promises.ts'
import { createReporting } from './reporting.ts'
import { createPlainRooms, roomNamedIn } from './rooms/plain-rooms.ts'
import type { RoomProtocol } from './rooms/room-protocol.ts'
import { roomfulRooms } from './roomful/roomful.ts'
import { Rooms } from './rooms/rooms.ts'
import { createSocketPort } from './transport/socket-io-adapter.ts'

type Handler = (...args: unknown[]) => void

/**
 * Makes a client for one server: typed by a contract, by Socket.IO's own interface maps, or not at all.
 * Does nothing until it is used.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for an option that cannot be meant.
 * @example
 * const client = createClient({ url: 'https://chat.example.com', contract: chat, auth: async () => ({ token: await getToken() }) })
 * const room = await client.join('general')
 * room.on('message', ({ text }, { from }) => console.log(from?.name, text))
 * await room.emit('message', { text: 'Hello, everyone' })
 */
export function createClient<C extends AnyContract>(options: ClientOptions & { readonly contract: C }): Client<C>
export function createClient<S2C extends EventsMap = EventsMap, C2S extends EventsMap = S2C>(
  options: ClientOptions & { readonly contract?: undefined },
): Client<SocketIoContract<S2C, C2S>>
export function createClient(options: ClientOptions & { readonly contract?: AnyContract | undefined }): Client {
  const settings = settingsFrom(options)
  const { ackTimeoutMs, joinTimeoutMs, plain } = settings
  let protocol: RoomProtocol | undefined
  let connects = 0

  const { inspect, report, invalid } = createReporting({ ...settings, inspect: options.inspect })
  const schemas = new Schemas(options.contract?.definition as ContractDefinition | undefined, invalid)

  const port = createSocketPort(options.url, settings.socket, {
    opened: (id, recovered) => connection.opened(id, recovered),
    failed: (error, refused) => connection.failed(error, refused),
    closed: (error, kicked) => connection.closed(error, kicked),
    packet: (event, args) => dispatcher.receive(event, args),
  })
  const sender = new Sender(port, settings.queueLimit, inspect)
  const outbox = new Outbox(options.url, settings.queueLimit, options.outbox, {
    send: (room, flight) =>
      protocol?.publish(room, flight) ?? Promise.reject(new RoomfulError('DISCONNECTED', 'not connected')),
    rejoin: (room) => rooms.get(room)?.rejoin(),
    needed: (room) => rooms.named(room).needed(),
    idle: (room) => rooms.get(room)?.idle(),
    placed: () => connection.reassured(),
    storageFailed: (error) => inspect({ type: 'error', error, source: 'outbox' }),
    dropped: (room, event, error) =>
      inspect({ type: 'drop', direction: 'out', event, reason: `${error.message} (room ${room})`, error }),
    report,
  })
  const rooms = new Rooms({
    protocol: () => protocol,
    isReady: () => port.isReady(),
    stoppedBy,
    autoConnect,
    outbox,
    schemas,
    inspect,
    report,
  })
  const dispatcher = new Dispatcher(
    {
      hello: (hello) => connection.hello(hello),
      room: (name) => rooms.get(name),
      isRoomful: () => protocol?.kind === 'roomful',
      roomOf: plain?.roomOf ?? roomNamedIn,
    },
    schemas,
    inspect,
    report,
  )
  const connection = new Connection(
    { ...settings, plain: plain !== undefined },
    {
      changed(from, to) {
        inspect({ type: 'connection', from, to })
        if (to.status === 'connecting') outbox.begin()
        if (from.status === 'disconnected') rooms.down() // somebody seeks a connection again: rooms wait for it
      },
      userOf: (hello) => schemas.readUser(hello?.user),
      guaranteesOf: (hello) => guaranteesOf(hello, outbox.store.getState().place),
      up,
      down(error, stopped) {
        connects += 1
        protocol = undefined
        sender.close()
        if (stopped) sender.clear(error)
        rooms.down(stopped ? error : undefined)
        if (stopped) outbox.stopped(error)
      },
    },
    port,
    report,
  )

  function up(hello: Hello | undefined, recovered: boolean): void {
    const connect = ++connects
    if (hello) {
      const { limits, capabilities } = hello
      protocol = roomfulRooms(sender, { limits, capabilities, joinTimeoutMs, ackTimeoutMs })
      outbox.welcome(hello)
    } else {
      protocol = createPlainRooms(sender, { ...plain, refusalIn: refused, joinTimeoutMs, ackTimeoutMs })
      outbox.plain()
    }
    void rooms.up(recovered).then(() => {
      if (connect === connects) sender.open()
    })
  }

  function refused(values: readonly unknown[]): RoomfulError | undefined {
    return refusalIn(values, settings.refusalOf)
  }

  function stoppedBy(): RoomfulError | undefined {
    const state = connection.store.getState()
    if (state.status !== 'disconnected') return undefined
    return new RoomfulError('DISCONNECTED', `not connected (${state.reason}): connect() starts again`, {
      ...(state.error && { cause: state.error }),
    })
  }

  function autoConnect(): void {
    if (settings.autoConnect && connection.store.getState().status === 'idle') connection.connect()
  }

  function assertSeeking(): void {
    const error = stoppedBy()
    if (error) throw error
    autoConnect()
  }

  function emit(event: string, ...args: unknown[]): void {
    schemas.checkEvent(event, args)
    assertSeeking()
    sender.emit(event, args)
  }

  async function ask(options: CallOptions, event: string, args: readonly unknown[]): Promise<unknown> {
    options.signal?.throwIfAborted()
    const sent = schemas.checkAsk(event, args)
    assertNumber('timeoutMs', options.timeoutMs ?? ackTimeoutMs)
    assertSeeking()
    const values = await sender.ask(event, sent, { ...options, timeoutMs: options.timeoutMs ?? ackTimeoutMs })
    const refusal = refused(values)
    if (refusal) throw refusal
    return schemas.readAck(event, values)
  }

  const asking = (options: CallOptions) => ({
    emitWithAck: (event: string, ...args: unknown[]) => handled(ask(options, event, args)),
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
    outbox: outbox.store,
    get guarantees() {
      const state = connection.store.getState()
      return state.status === 'connected' ? state.guarantees : undefined
    },
    connect(wait: { readonly signal?: AbortSignal } = {}) {
      if (!wait.signal?.aborted) connection.connect()
      return handled(untilState(connection.store, verdict, wait.signal))
    },
    autoConnect,
    disconnect: () => connection.stop('client'),
    on,
    once(event: string, handler: unknown) {
      assertListener(handler)
      const off = on(event, (...args: unknown[]) => {
        off()
        ;(handler as Handler)(...args)
      })
      return off
    },
    emit,
    send: (...args: unknown[]) => emit('message', ...args),
    volatile: {
      emit(event: string, ...args: unknown[]) {
        schemas.checkEvent(event, args)
        sender.volatile(event, args)
      },
    },
    ...asking({}),
    timeout: (timeoutMs: number) => asking({ timeoutMs }),
    with: asking,
    room: (name: string) => rooms.named(name).room,
    join: (name: string, options?: CallOptions) => rooms.named(name).room.join(options),
    leave: (name: string) => rooms.named(name).room.leave(),
  }
  return client as Client
}

/** What `connect()` waits for: connected, or stopped. */
function verdict({ status, error }: ConnectionState<unknown>): Error | true | undefined {
  if (status === 'connected') return true
  return status === 'disconnected' ? (error ?? new RoomfulError('DISCONNECTED', 'disconnect() was called')) : undefined
}
