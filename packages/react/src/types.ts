import type {
  AnyContract,
  Client,
  ConnectionState,
  JoinOptions,
  KeyedEvents,
  Room,
  RoomState,
  User,
} from '@roomful/client'

/** The connection's state, and the calls of a connection. */
export type UseSocket<C extends AnyContract> = ConnectionState<User<C>> &
  Pick<Client<C>, 'emit' | 'send' | 'emitWithAck' | 'connect' | 'disconnect'> & { readonly client: Client<C> }

interface RoomActions<C extends AnyContract> extends Pick<Room<C>, 'emit' | 'send'> {
  /** Joins again after `failed` or `left`; does nothing while the room is joined, or will be. */
  readonly retry: () => void
}

/** A room's state, and the calls of a room. */
export type UseRoom<C extends AnyContract> = RoomState & RoomActions<C> & { readonly room: Room<C> }

/** The result of `useRoom(null)`. `emit` and `send` reject with `INVALID_ARGUMENT`; `retry` does nothing. */
export interface NoRoom<C extends AnyContract> extends RoomActions<C> {
  readonly status: 'left'
  readonly error?: undefined
  readonly room?: undefined
}

/** A hook over a room takes null and undefined as well: then it subscribes to nothing. */
export type MaybeRoom<C extends AnyContract> = Room<C> | null | undefined

/** Any events by key. */
export interface AnyKeyedEvents {
  readonly event: string
  on(this: void, key: never, handler: never): () => void
}
export type KeyOf<Events> = Events extends KeyedEvents<infer Key, infer _> ? Key : never
export type KeyedArgs<Events> = Events extends KeyedEvents<infer _, infer Args> ? Args : never

/** `params` are sent to the server with each join. Other params, compared as JSON, join the room again. */
export type RoomOptions<C extends AnyContract> = Pick<JoinOptions<C>, 'params'>

export interface ClientOption<C extends AnyContract> {
  /** A client to use instead of the one of `createHooks` or of the nearest `RoomfulProvider`. */
  readonly client?: Client<C> | undefined
}

export interface EqualityOption<T> {
  /** Whether two values are the same for this component, so that it need not render. @default Object.is */
  readonly isEqual?: ((a: T, b: T) => boolean) | undefined
}
