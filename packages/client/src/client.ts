import type {
  AckedName,
  AckOut,
  AnyContract,
  At,
  ClientToServer,
  EmitArgs,
  EventName,
  EventsMap,
  HandlerArgs,
  HandlerResult,
  ServerToClient,
  SocketIoContract,
  User,
} from '@roomful/contract'
import type { ConnectionState, Guarantees } from './connection/connection-state.ts'
import type { Unsubscribe } from './emitter.ts'
import type { CallOptions } from './promises.ts'
import type { Inbox } from './rooms/inbox.ts'
import type { JoinOptions, MessageArgs, Room, RoomName } from './rooms/room.ts'
import type { ClientOutbox } from './rooms/rooms-protocol.ts'
import type { ReadonlyStore } from './store.ts'

export interface EventEmitter<C extends AnyContract> {
  /**
   * Sends an event, without an answer. Returns whether it was sent or queued: false after `disconnect()`, a kick or a
   * refusal, and where the queue is full (`onDrop` gets the reason).
   *
   * @throws ValidationError (`INVALID`) for data that the contract refuses; RoomfulError `INVALID_ARGUMENT` for an event that the contract does not know, a reserved name, or data that has no JSON.
   */
  emit<E extends EventName<ClientToServer<C>>>(
    this: void,
    event: E,
    ...args: EmitArgs<At<ClientToServer<C>, E>>
  ): boolean
}

export interface AckEmitter<C extends AnyContract> {
  /**
   * Sends an event and waits for the server's answer; several values come as a list. Waits for the connection, too.
   *
   * Rejects with `TIMEOUT`, `DISCONNECTED` (not sent, or the outcome is unknown), `QUEUE_FULL`, the server's own code,
   * `INVALID` for data or an answer that the contract refuses, `INVALID_ARGUMENT`, or the signal's reason.
   */
  emitWithAck<E extends AckedName<ClientToServer<C>>>(
    this: void,
    event: E,
    ...args: EmitArgs<At<ClientToServer<C>, E>>
  ): Promise<AckOut<At<ClientToServer<C>, E>>>
}

/** A handler of a client-wide event. Where the contract has an ack for it, the handler returns the answer, or a promise of it. */
export type ClientHandler<C extends AnyContract, E> = (
  ...args: HandlerArgs<At<ServerToClient<C>, E>>
) => HandlerResult<At<ServerToClient<C>, E>>

/** One connection to one namespace of a server, and its rooms. All methods are bound. */
export interface Client<C extends AnyContract = SocketIoContract<EventsMap, EventsMap>>
  extends EventEmitter<C>, AckEmitter<C> {
  /** The current status; `connection` tells when it changes, and why. */
  readonly status: ConnectionState['status']
  readonly connection: ReadonlyStore<ConnectionState<User<C>>>
  /** What client and server promise together; undefined while not connected. */
  readonly guarantees: Guarantees | undefined
  /**
   * The user's own room, of the contract's `inbox` events: `client.inbox.on('note', …)`. Joined by itself, from the first
   * connection on where the contract has an `inbox`, otherwise from its first use on.
   */
  readonly inbox: Inbox<C>
  /** The messages that the server has not confirmed. */
  readonly outbox: ClientOutbox
  /**
   * Connects, at once also while reconnecting, and waits until connected, through retries. Rejects with `EXHAUSTED`,
   * `KICKED`, the server's code where it refused, `DISCONNECTED` after `disconnect()`, or the signal's reason.
   */
  connect(this: void, options?: { readonly signal?: AbortSignal }): Promise<void>
  /** Connects if the first use should: hooks call it when they mount. Does nothing after `disconnect()`. */
  autoConnect(this: void): void
  /**
   * The app is in use again: connects at once while reconnecting, and replaces a connection that has died unnoticed, within
   * three seconds. Pages do this by themselves. In React Native call it when `AppState` becomes `active`.
   */
  wake(this: void): void
  /** Ends the connection and drops queued events; messages to rooms stay in the outbox. Only `connect()` connects again. */
  disconnect(this: void): void
  /** Ends the client for good: no timer, lock, channel or listener is left. Stored messages stay for the next page. */
  close(this: void): void
  /**
   * Calls the handler for each such event; events of a room go to the room's listeners.
   *
   * @throws RoomfulError `INVALID_ARGUMENT` for an event that the contract does not know, a reserved name, or a handler that is no function.
   */
  on<E extends EventName<ServerToClient<C>>>(this: void, event: E, handler: ClientHandler<C, E>): Unsubscribe
  once<E extends EventName<ServerToClient<C>>>(this: void, event: E, handler: ClientHandler<C, E>): Unsubscribe
  /** Sends a `message`, as everywhere in Socket.IO: short for `emit('message', data)`. */
  send(this: void, ...args: MessageArgs<ClientToServer<C>>): boolean
  /** Sends now or not at all; returns whether it was sent. */
  readonly volatile: EventEmitter<C>
  /** `client.timeout(5_000).emitWithAck(…)`: another time-out, in milliseconds. */
  timeout(this: void, timeoutMs: number): AckEmitter<C>
  with(this: void, options: CallOptions): AckEmitter<C>
  /** The room of that name, without joining it: the same object each time. */
  room(this: void, name: RoomName): Room<C>
  /** Short for `client.room(name).join(options)`. */
  join(this: void, name: RoomName, options?: JoinOptions<C>): Promise<Room<C>>
  /** Short for `client.room(name).leave()`. */
  leave(this: void, name: RoomName): Promise<void>
}
