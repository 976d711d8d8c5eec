import type { AnyContract, Contract } from './define-contract.ts'
import type {
  AckIn,
  At,
  ClientToServer,
  DataArgs,
  EventName,
  HasAck,
  InputOf,
  IsAny,
  ListenerShape,
  SchemaOf,
  ServerToClient,
} from './infer.ts'

/** The shape of Socket.IO's own interface maps: event names to listeners. */
export interface EventsMap {
  // oxlint-disable-next-line typescript/no-explicit-any -- as socket.io declares it, so that its maps are accepted as they are
  [event: string]: any
}

type Listeners<M> = { [E in keyof M]: ListenerShape<M[E]> }
/** Room events of a plain server: the client adds `{ room }`, so that callers leave it out. */
type WithoutRoom<T> = T extends { room: string } ? Omit<T, 'room'> : T
type RoomListener<F> =
  IsAny<F> extends true
    ? F
    : F extends (data: infer T, ...rest: infer R) => void
      ? Parameters<F> extends readonly []
        ? F
        : (data: WithoutRoom<T>, ...rest: R) => void
      : F

/** A contract made of Socket.IO's interface maps. */
export type SocketIoContract<S2C, C2S> = Contract<{
  readonly clientToServer: Listeners<C2S>
  readonly serverToClient: Listeners<S2C>
  readonly '~room': {
    readonly on: Listeners<S2C>
    readonly emit: { [E in keyof C2S]: ListenerShape<RoomListener<C2S[E]>> }
  }
}>

// The schema's input is sent, in both directions.
type WireListener<E> =
  E extends ListenerShape<infer F>
    ? F
    : HasAck<E> extends true
      ? (...args: [...DataArgs<InputOf<SchemaOf<E, 'data'>>>, ack: (answer: AckIn<E>) => void]) => void
      : (...args: DataArgs<InputOf<SchemaOf<E, 'data'>>>) => void

/** A contract's events as Socket.IO's own map: `new Server<ClientToServerEvents<typeof chat>, …>()`. */
export type ClientToServerEvents<C extends AnyContract> = {
  [E in EventName<ClientToServer<C>>]: WireListener<At<ClientToServer<C>, E>>
}
/** A contract's server events as Socket.IO's own map: the events that sockets of the server emit. */
export type ServerToClientEvents<C extends AnyContract> = {
  [E in EventName<ServerToClient<C>>]: WireListener<At<ServerToClient<C>, E>>
}
