import type {
  AckedName,
  AckOut,
  AnyContract,
  At,
  Client,
  ClientHandler,
  ClientToServer,
  ConnectionState,
  EmitArgs,
  EventName,
  Inbox,
  InboxHandler,
  InboxName,
  KeyedEvents,
  LostConnection,
  LostConnectionOptions,
  OutboxStatus,
  RoomHandler,
  RoomListened,
  RoomName,
  ServerToClient,
  User,
} from '@roomful/client'
import type { ReactElement, ReactNode } from 'react'
import type {
  AnyKeyedEvents,
  ClientOption,
  EqualityOption,
  KeyedArgs,
  KeyOf,
  MaybeRoom,
  NoRoom,
  RoomOptions,
  UseRoom,
  UseSocket,
} from './types.ts'
import type { UseEmitWithAck, UseEmitWithAckOptions } from './use-emit-with-ack.ts'
import type {
  BufferedClientEvent,
  BufferedInboxEvent,
  BufferedRoomEvent,
  UseEventBuffer,
  UseEventBufferOptions,
} from './use-event-buffer.ts'

type Args<Handler> = Handler extends (...args: infer A) => void ? A : never

/** The hooks of `createHooks(client)`. Each is the exported hook of the same name without its first argument. */
export interface Hooks<C extends AnyContract> {
  /** Sets another client for its children: in tests, or where `createHooks` has none. */
  RoomfulProvider(this: void, props: { readonly client: Client<C>; readonly children?: ReactNode }): ReactElement
  /** The client; never renders. */
  useClient(this: void, options?: ClientOption<C>): Client<C>
  /** The connection's state, narrowed by its `status`, and the client's calls. Connects when mounted; renders when the state changes. */
  useSocket(this: void, options?: ClientOption<C>): UseSocket<C>
  /** The connection's state. Connects when mounted; renders when the state changes. */
  useConnection(this: void): ConnectionState<User<C>>
  /** The part of the connection's state that the selector returns. Connects when mounted; renders when that part changes. */
  useConnection<S = ConnectionState<User<C>>>(
    this: void,
    selector?: (state: ConnectionState<User<C>>) => S,
    options?: ClientOption<C> & EqualityOption<S>,
  ): S
  /** A room's state and calls. The room is joined while this is mounted; renders when the state changes. */
  useRoom(this: void, name: RoomName, options?: ClientOption<C> & RoomOptions<C>): UseRoom<C>
  /** The same. Null and undefined name no room: then `emit` and `send` reject with `INVALID_ARGUMENT`. */
  useRoom(
    this: void,
    name: RoomName | null | undefined,
    options?: ClientOption<C> & RoomOptions<C>,
  ): UseRoom<C> | NoRoom<C>
  /** Calls the handler for every event of the client while mounted; never renders. */
  useEvent<E extends EventName<ServerToClient<C>>>(this: void, event: E, handler: ClientHandler<C, E>): void
  /** The same for an event of another client. */
  useEvent<E extends EventName<ServerToClient<C>>>(
    this: void,
    client: Client<C>,
    event: E,
    handler: ClientHandler<C, E>,
  ): void
  /** The same for an event of the user's inbox, or `gap`. */
  useEvent<E extends InboxName<C> | 'gap'>(this: void, inbox: Inbox<C>, event: E, handler: InboxHandler<C, E>): void
  /** The same for an event of a room, or `gap`. Without a room it does nothing. */
  useEvent<E extends EventName<RoomListened<C>> | 'gap'>(
    this: void,
    room: MaybeRoom<C>,
    event: E,
    handler: RoomHandler<C, E>,
  ): void
  /** The same for the events of one key. */
  useEvent<Key, A extends readonly unknown[]>(
    this: void,
    events: KeyedEvents<Key, A>,
    key: Key,
    handler: (...args: A) => void,
  ): void
}

/** What `createHooks(client, clientHooks)` has beside `Hooks`. Each is the exported hook of the same name without its first argument. */
export interface ClientHooks<C extends AnyContract> {
  /** A state that the latest reducer computes from every event of the client since mounting. */
  useEventReducer<E extends EventName<ServerToClient<C>>, S>(
    this: void,
    event: E,
    reducer: (state: S, ...args: Args<ClientHandler<C, E>>) => S,
    initial: S,
    options?: EqualityOption<S>,
  ): S
  /** The same for an event of another client. */
  useEventReducer<E extends EventName<ServerToClient<C>>, S>(
    this: void,
    client: Client<C>,
    event: E,
    reducer: (state: S, ...args: Args<ClientHandler<C, E>>) => S,
    initial: S,
    options?: EqualityOption<S>,
  ): S
  /** The same for an event of the user's inbox, or `gap`. */
  useEventReducer<E extends InboxName<C> | 'gap', S>(
    this: void,
    inbox: Inbox<C>,
    event: E,
    reducer: (state: S, ...args: Args<InboxHandler<C, E>>) => S,
    initial: S,
    options?: EqualityOption<S>,
  ): S
  /** The same for an event of a room, or `gap`. Without a room the state stays `initial`. */
  useEventReducer<E extends EventName<RoomListened<C>> | 'gap', S>(
    this: void,
    room: MaybeRoom<C>,
    event: E,
    reducer: (state: S, ...args: Args<RoomHandler<C, E>>) => S,
    initial: S,
    options?: EqualityOption<S>,
  ): S
  /** The same for the events of one key. */
  useEventReducer<Events extends AnyKeyedEvents, S>(
    this: void,
    events: Events,
    key: KeyOf<Events>,
    reducer: (state: S, ...args: KeyedArgs<Events>) => S,
    initial: S,
    options?: EqualityOption<S>,
  ): S
  /** One event of the client by key, for `useEvent` and `useEventReducer`. `keyOf` is a function outside the components. */
  useKeyedEvents<E extends EventName<ServerToClient<C>>, Key>(
    this: void,
    event: E,
    keyOf: (...args: Args<ClientHandler<C, E>>) => Key,
  ): KeyedEvents<Key, Args<ClientHandler<C, E>>>
  /** The same for an event of another client. */
  useKeyedEvents<E extends EventName<ServerToClient<C>>, Key>(
    this: void,
    client: Client<C>,
    event: E,
    keyOf: (...args: Args<ClientHandler<C, E>>) => Key,
  ): KeyedEvents<Key, Args<ClientHandler<C, E>>>
  /** The same for an event of the user's inbox. */
  useKeyedEvents<E extends InboxName<C>, Key>(
    this: void,
    inbox: Inbox<C>,
    event: E,
    keyOf: (...args: Args<InboxHandler<C, E>>) => Key,
  ): KeyedEvents<Key, Args<InboxHandler<C, E>>>
  /** The same for an event of a room. Without a room there are no events. */
  useKeyedEvents<E extends EventName<RoomListened<C>>, Key>(
    this: void,
    room: MaybeRoom<C>,
    event: E,
    keyOf: (...args: Args<RoomHandler<C, E>>) => Key,
  ): KeyedEvents<Key, Args<RoomHandler<C, E>>>
  /** The events of the client since mounting, oldest first, at most `max`; renders once a flush. */
  useEventBuffer<E extends EventName<ServerToClient<C>>>(
    this: void,
    event: E,
    options?: UseEventBufferOptions,
  ): UseEventBuffer<BufferedClientEvent<C, E>>
  /** The same for an event of another client. */
  useEventBuffer<E extends EventName<ServerToClient<C>>>(
    this: void,
    client: Client<C>,
    event: E,
    options?: UseEventBufferOptions,
  ): UseEventBuffer<BufferedClientEvent<C, E>>
  /** The same for an event of the user's inbox, or `gap`. */
  useEventBuffer<E extends InboxName<C> | 'gap'>(
    this: void,
    inbox: Inbox<C>,
    event: E,
    options?: UseEventBufferOptions,
  ): UseEventBuffer<BufferedInboxEvent<C, E>>
  /** The same for an event of a room, or `gap`. Without a room it stays empty. */
  useEventBuffer<E extends EventName<RoomListened<C>> | 'gap'>(
    this: void,
    room: MaybeRoom<C>,
    event: E,
    options?: UseEventBufferOptions,
  ): UseEventBuffer<BufferedRoomEvent<C, E>>
  /** Sends an event that the server answers, and shows the state of the newest call. */
  useEmitWithAck<E extends AckedName<ClientToServer<C>>>(
    this: void,
    event: E,
    options?: ClientOption<C> & UseEmitWithAckOptions,
  ): UseEmitWithAck<EmitArgs<At<ClientToServer<C>, E>>, AckOut<At<ClientToServer<C>, E>>>
  /** The number of messages that the server has not confirmed, and where they are stored. */
  useOutbox(this: void): OutboxStatus
  /** The part of it that the selector returns. */
  useOutbox<S = OutboxStatus>(
    this: void,
    selector?: (status: OutboxStatus) => S,
    options?: ClientOption<C> & EqualityOption<S>,
  ): S
  /** `lost` during a long outage, `restored` for a while after it; undefined otherwise. */
  useLostConnection(this: void, options?: ClientOption<C> & LostConnectionOptions): LostConnection
  /** Makes the browser ask before the page is closed while unconfirmed messages would be lost with it. */
  useUnsentGuard(this: void, options?: ClientOption<C>): void
}
