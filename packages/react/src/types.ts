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

/** The hooks of one contract; made by `createHooks`. */
export interface Hooks<C extends AnyContract> {
  /** Gives its children another client: in tests, or where `createHooks` was given none. */
  RoomfulProvider(this: void, props: { readonly client: Client<C>; readonly children?: ReactNode }): ReactElement
  /** The client; never renders again. */
  useClient(this: void): Client<C>
  /** The connection's state, narrowed by `status`; connects when mounted, and renders when the state changes. */
  useSocket(this: void): UseSocket<C>
  /** A room, joined while mounted and named (null names none); renders when its state changes. */
  useRoom(this: void, name: string): UseRoom<C>
  useRoom(this: void, name: string | null | undefined): UseRoom<C> | NoRoom
  /** Hears every event, with the newest handler. Never renders. */
  useEvent<E extends EventName<ServerToClient<C>>>(this: void, event: E, handler: ClientHandler<C, E>): void
  /** The same for an event of a room, or `gap`; without a room it hears nothing. */
  useEvent<E extends EventName<RoomListened<C>> | 'gap'>(
    this: void,
    room: Room<C> | undefined,
    event: E,
    handler: RoomHandler<C, E>,
  ): void
}
