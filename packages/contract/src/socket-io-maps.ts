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
/** Room events of a plain server: `{ room }` is added by the SDK, so it is not asked for. */
type WithoutRoom<T> = T extends { room: string } ? Omit<T, 'room'> : T
type RoomListener<F> =
  IsAny<F> extends true
    ? F
    : F extends (data: infer T, ...rest: infer R) => void
      ? Parameters<F> extends readonly []
        ? F
        : (data: WithoutRoom<T>, ...rest: R) => void
      : F

/** Socket.IO's interface maps, seen as a contract. */
export type SocketIoContract<S2C, C2S> = Contract<{
  readonly clientToServer: Listeners<C2S>
  readonly serverToClient: Listeners<S2C>
  readonly '~room': {
    readonly on: Listeners<S2C>
    readonly emit: { [E in keyof C2S]: ListenerShape<RoomListener<C2S[E]>> }
  }
}>

// On the wire: the schema's input, both ways.
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
/** The other way: what the server's sockets emit. */
export type ServerToClientEvents<C extends AnyContract> = {
  [E in EventName<ServerToClient<C>>]: WireListener<At<ServerToClient<C>, E>>
}
