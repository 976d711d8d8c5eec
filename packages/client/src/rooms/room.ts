import type {
  AnyContract,
  At,
  DataArgs,
  DataIn,
  DataOut,
  DurableName,
  EmitArgs,
  EventName,
  EventsMap,
  IsAny,
  Presence,
  Receipt,
  RoomEmitted,
  RoomListened,
  SocketIoContract,
  User,
  VolatileName,
} from '@roomful/contract'
import type { Unsubscribe } from '../emitter.ts'
import type { CallOptions } from '../events/sender.ts'
import type { ReadonlyStore } from '../guarded-store.ts'
import type { Gap } from '../roomful/log.ts'
import type { HistoryQuery } from './room-protocol.ts'
import type { RoomState } from './room-state.ts'

/** What the server says of a message. On a plain server only `at`, the time of arrival here, is known. */
export interface MessageMeta<C extends AnyContract = AnyContract> {
  readonly id: string | undefined
  /** Its place in the room's log; volatile events have none. */
  readonly seq: number | undefined
  readonly from: User<C> | undefined
  /** The server's clock, in milliseconds since 1970. */
  readonly at: number
  /** Whether it was fetched rather than heard live. */
  readonly replayed: boolean
}

export interface Member<C extends AnyContract = AnyContract> {
  readonly user: User<C>
  readonly presence: Presence<C> | undefined
}

export type RoomMessage<C extends AnyContract> = {
  [E in DurableName<RoomListened<C>>]: {
    readonly event: E
    readonly data: DataOut<At<RoomListened<C>, E>>
    readonly meta: MessageMeta<C>
  }
}[DurableName<RoomListened<C>>]

export type RoomHandler<C extends AnyContract, E> =
  E extends EventName<RoomListened<C>>
    ? (data: DataOut<At<RoomListened<C>, E>>, meta: MessageMeta<C>) => void
    : E extends 'gap'
      ? (gap: Gap) => void
      : never

type RoomEmitArgs<E> = DataArgs<DataIn<E>>
/** What `send` takes: the data of the `message` event. */
export type MessageArgs<M> = M extends { message: infer E }
  ? EmitArgs<E>
  : string extends keyof M
    ? IsAny<M[string]> extends true
      ? DataArgs<M[string]>
      : EmitArgs<M[string]>
    : [error: `the contract has no "message" event`]

/** A room, by name; the same name gives the same object, which never goes away. */
export interface Room<C extends AnyContract = SocketIoContract<EventsMap, EventsMap>> {
  readonly name: string
  /** Now; `state` tells when it changes, and why. */
  readonly status: RoomState['status']
  readonly state: ReadonlyStore<RoomState>
  /** Who is here, by user id; empty on a server that does not say. */
  readonly members: ReadonlyStore<ReadonlyMap<string, Member<C>>>
  /** Joins, and joins again after each outage until `leave`. Rejects where the server refuses; waits while there is no connection. */
  join(this: void, options?: CallOptions): Promise<Room<C>>
  /** Leaves, whoever else holds the room. Nothing is heard any more from now on. */
  leave(this: void): Promise<void>
  /** Joins while anyone holds the room; leaves 100 ms after the last one let go, unless `join` was called. */
  retain(this: void): () => void
  /** Hears an event of this room, or `gap`: messages that were missed. */
  on<E extends EventName<RoomListened<C>> | 'gap'>(this: void, event: E, handler: RoomHandler<C, E>): Unsubscribe
  /** Sends to the room. Resolves when the server has it; waits while the connection is away. */
  emit<E extends DurableName<RoomEmitted<C>>>(
    this: void,
    event: E,
    ...args: RoomEmitArgs<At<RoomEmitted<C>, E>>
  ): Promise<Receipt>
  /** Sends a `message` to the room. */
  send(this: void, ...args: MessageArgs<RoomEmitted<C>>): Promise<Receipt>
  readonly volatile: {
    /** Sends now or not at all, in no order: for what is soon out of date, such as a cursor. */
    emit<E extends VolatileName<RoomEmitted<C>>>(
      this: void,
      event: E,
      ...args: RoomEmitArgs<At<RoomEmitted<C>, E>>
    ): void
  }
  /** A page of the room's log, oldest first: the newest, or those before or after a `seq`. Rejects with `UNSUPPORTED` on a plain server. */
  history(
    this: void,
    query?: HistoryQuery,
  ): Promise<{ readonly messages: readonly RoomMessage<C>[]; readonly more: boolean }>
}
