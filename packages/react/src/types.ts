import type {
  AnyContract,
  Client,
  ClientHandler,
  ConnectionState,
  EventName,
  Room,
  RoomHandler,
  RoomListened,
  RoomState,
  ServerToClient,
  User,
} from '@roomful/client'
import type { ReactElement, ReactNode } from 'react'

/** The connection's state, and what one does with a connection. */
export type UseSocket<C extends AnyContract> = ConnectionState<User<C>> &
  Pick<Client<C>, 'emit' | 'send' | 'emitWithAck' | 'connect' | 'disconnect'> & { readonly client: Client<C> }

/** A room's state, and what one does in a room. */
export type UseRoom<C extends AnyContract> = RoomState & Pick<Room<C>, 'emit' | 'send'> & { readonly room: Room<C> }

/** No room is named. */
export interface NoRoom {
  readonly status: 'left'
  readonly error?: undefined
  readonly room?: undefined
  readonly emit?: undefined
  readonly send?: undefined
}

export interface OfClient<C extends AnyContract> {
  /** Another client than the nearest. */
  readonly client?: Client<C> | undefined
}

/** Whether two values are the same to whoever renders them. @default Object.is */
export interface Comparing<T> {
  readonly isEqual?: ((a: T, b: T) => boolean) | undefined
}

/** The hooks of one contract; made by `createHooks`. */
export interface Hooks<C extends AnyContract> {
  /** Gives its children another client: in tests, or where `createHooks` was given none. */
  RoomfulProvider(this: void, props: { readonly client: Client<C>; readonly children?: ReactNode }): ReactElement
  /** The client; never renders again. */
  useClient(this: void, options?: OfClient<C>): Client<C>
  /** The connection's state, narrowed by `status`; connects when mounted, and renders when the state changes. */
  useSocket(this: void, options?: OfClient<C>): UseSocket<C>
  /** What the selector takes from the connection's state; connects when mounted, and renders when what is taken changes. */
  useConnection(this: void): ConnectionState<User<C>>
  useConnection<S = ConnectionState<User<C>>>(
    this: void,
    selector?: (state: ConnectionState<User<C>>) => S,
    options?: OfClient<C> & Comparing<S>,
  ): S
  /** A room, joined while mounted and named (null names none); renders when its state changes. */
  useRoom(this: void, name: string, options?: OfClient<C>): UseRoom<C>
  useRoom(this: void, name: string | null | undefined, options?: OfClient<C>): UseRoom<C> | NoRoom
  /** Hears every event, with the newest handler. Never renders. */
  useEvent<E extends EventName<ServerToClient<C>>>(this: void, event: E, handler: ClientHandler<C, E>): void
  /** The same for an event of another client. */
  useEvent<E extends EventName<ServerToClient<C>>>(
    this: void,
    client: Client<C>,
    event: E,
    handler: ClientHandler<C, E>,
  ): void
  /** The same for an event of a room, or `gap`; without a room it hears nothing. */
  useEvent<E extends EventName<RoomListened<C>> | 'gap'>(
    this: void,
    room: Room<C> | undefined,
    event: E,
    handler: RoomHandler<C, E>,
  ): void
}
