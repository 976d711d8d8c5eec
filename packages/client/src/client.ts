import type {
  AckOut,
  AckedName,
  AnyContract,
  At,
  ClientToServer,
  EmitArgs,
  EventName,
  EventsMap,
  HandlerArgs,
  ServerToClient,
  SocketIoContract,
  User,
} from '@roomful/contract'
import type { ConnectionState, Guarantees } from './connection/connection-state.ts'
import type { Unsubscribe } from './emitter.ts'
import type { CallOptions } from './events/sender.ts'
import type { ReadonlyStore } from './guarded-store.ts'
import type { OutboxStatus } from './roomful/outbox/outbox-types.ts'
import type { MessageArgs, Room } from './rooms/room.ts'

export interface Emitting<C extends AnyContract> {
  /** Sends an event, with no answer. Throws where the contract does not allow it; `client.emit` also after `disconnect()`. */
  emit<E extends EventName<ClientToServer<C>>>(this: void, event: E, ...args: EmitArgs<At<ClientToServer<C>, E>>): void
}

export interface Asking<C extends AnyContract> {
  /**
   * Sends an event and waits for the server's answer; several values come as a tuple.
   * Rejects with `TIMEOUT`, `DISCONNECTED`, the server's own code, `INVALID`, or the signal's reason.
   */
  emitWithAck<E extends AckedName<ClientToServer<C>>>(
    this: void,
    event: E,
    ...args: EmitArgs<At<ClientToServer<C>, E>>
  ): Promise<AckOut<At<ClientToServer<C>, E>>>
}

/** A handler of a client-wide event. */
export type ClientHandler<C extends AnyContract, E> = (...args: HandlerArgs<At<ServerToClient<C>, E>>) => void

/** One connection to one namespace of a server, and its rooms. All methods are bound. */
export interface Client<C extends AnyContract = SocketIoContract<EventsMap, EventsMap>> extends Emitting<C>, Asking<C> {
  /** Now; `connection` tells when it changes, and why. */
  readonly status: ConnectionState['status']
  readonly connection: ReadonlyStore<ConnectionState<User<C>>>
  /** What holds with this server; undefined while not connected. */
  readonly guarantees: Guarantees | undefined
  /** How many messages the server has not confirmed. */
  readonly outbox: ReadonlyStore<OutboxStatus>
  /** Connects, at once also while reconnecting, and waits until connected, through retries; rejects where that was given up, refused, stopped or aborted. */
  connect(this: void, options?: { readonly signal?: AbortSignal }): Promise<void>
  /** Connects if the first use should: what hooks call when they mount. Does nothing after `disconnect()`. */
  autoConnect(this: void): void
  /** Ends the connection and drops events that wait; messages of rooms stay in the outbox. Only `connect()` starts again. */
  disconnect(this: void): void
  /** Hears an event from the server; room events of `@roomful/server` are heard on their room. */
  on<E extends EventName<ServerToClient<C>>>(this: void, event: E, handler: ClientHandler<C, E>): Unsubscribe
  once<E extends EventName<ServerToClient<C>>>(this: void, event: E, handler: ClientHandler<C, E>): Unsubscribe
  /** Sends a `message`, as everywhere in Socket.IO. */
  send(this: void, ...args: MessageArgs<ClientToServer<C>>): void
  /** Sends now or not at all. */
  readonly volatile: Emitting<C>
  /** `client.timeout(5_000).emitWithAck(…)`: another time-out, in milliseconds. */
  timeout(this: void, timeoutMs: number): Asking<C>
  with(this: void, options: CallOptions): Asking<C>
  /** The room of that name: the same object each time, no I/O. One with an unusable name is `failed` when joined. */
  room(this: void, name: string): Room<C>
  /** Short for `client.room(name).join()`. */
  join(this: void, name: string, options?: CallOptions): Promise<Room<C>>
  /** Short for `client.room(name).leave()`. */
  leave(this: void, name: string): Promise<void>
}
