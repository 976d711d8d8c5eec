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
  JoinParamsInput,
  Presence,
  Receipt,
  RoomEmitted,
  RoomListened,
  SocketIoContract,
  User,
  VolatileName,
} from '@roomful/contract'
import type { Unsubscribe } from '../emitter.ts'
import type { CallOptions } from '../promises.ts'
import type { ReadonlyStore } from '../store.ts'
import type { RoomState } from './room-state.ts'

/** With `plainRooms()` a number is a name, too: 42 and '42' are two rooms. With `roomful()` a name is a string. */
export type RoomName = string | number

/** Messages of a room that were missed and that the client cannot get. */
export interface Gap {
  /** The `seq` of the first and the last missing message, where known. */
  readonly from: number | undefined
  readonly to: number | undefined
  /**
   * `retention`: the server's log has dropped them. `epoch`: the log began anew; with `from`, it goes on without these messages,
   * which were received or confirmed, and new ones get their numbers. `unsupported`: this server does not replay.
   */
  readonly reason: 'retention' | 'epoch' | 'unsupported'
}

export type HistoryQuery = { readonly limit?: number } & ({ readonly before?: number } | { readonly after: number })

/** A message of a page. The data of a redacted one is deleted. */
export interface HistoryMessage {
  readonly event: string
  readonly data: unknown
  readonly meta: MessageMeta
  readonly isRedacted?: true
}

/** A page of a room's log, of any events. */
export interface HistoryMessages {
  readonly messages: readonly HistoryMessage[]
  /** Amendments of the messages that are not in the page themselves: the newest of each event, user and key. */
  readonly amendments: readonly HistoryMessage[]
  /** The `seq` of messages whose deletion is in the page. */
  readonly redacted: readonly number[]
  /** Whether the log has more in the direction that was asked for. */
  readonly more: boolean
  /** The log that the page is from; another log has another epoch. */
  readonly epoch: string
  /** The first and last `seq` of the page, also of messages that the contract refuses; of an empty page, the log's. */
  readonly oldest: number
  readonly newest: number
}

/** What the server says about a message. On a plain server only `at` is known: when the message arrived here. */
export interface MessageMeta<C extends AnyContract = AnyContract> {
  readonly id: string | undefined
  /** Its place in the room's log; volatile events have none. */
  readonly seq: number | undefined
  /** The epoch of the log in which it has this place: a meta with both can be the `target` of an amendment. */
  readonly epoch: string | undefined
  readonly from: User<C> | undefined
  /** The server's clock, in milliseconds since 1970. */
  readonly at: number
  /** Whether it was fetched later rather than received live. */
  readonly replayed: boolean
}

export interface Member<C extends AnyContract = AnyContract> {
  readonly user: User<C>
  readonly presence: Presence<C> | undefined
}

/** How many users are in a room. */
export interface Occupancy {
  /** A user with two tabs counts once. undefined while the room was not joined yet, and where the server does not count. */
  readonly count: number | undefined
  /** The room has more members than the server lists: `room.members` has only the user of this client. */
  readonly isPartial: boolean
}

export const UNKNOWN_OCCUPANCY: Occupancy = { count: undefined, isPartial: false }

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
type RoomMessageArgs<M> = M extends { message: infer E }
  ? RoomEmitArgs<E>
  : string extends keyof M
    ? IsAny<M[string]> extends true
      ? DataArgs<M[string]>
      : RoomEmitArgs<M[string]>
    : [error: `the contract has no "message" event`]
/** What `client.send` takes: the data of the `message` event. */
export type MessageArgs<M> = M extends { message: infer E }
  ? EmitArgs<E>
  : string extends keyof M
    ? IsAny<M[string]> extends true
      ? DataArgs<M[string]>
      : EmitArgs<M[string]>
    : [error: `the contract has no "message" event`]

/** Options of a join. */
export interface JoinOptions<C extends AnyContract = AnyContract> extends CallOptions {
  /**
   * Sent with each join: the contract's `join`, and on the server `authorize.join({ params })`. Compared as JSON; other
   * params join again. Where holders of a room disagree, the latest params count.
   */
  readonly params?: JoinParamsInput<C> | undefined
}

/** `room.emit` and `room.send`. */
export interface RoomSender<C extends AnyContract> {
  /**
   * Sends an event to the room; never throws. Resolves when the server has stored it (`confirmed: true`), or when it was
   * handed to a plain server (`confirmed: false`). Waits while the connection is lost.
   *
   * Rejects with `NOT_MEMBER` where the room is not joined, `DISCONNECTED` after `disconnect()`, `QUEUE_FULL`, `INVALID`
   * for data that the contract refuses, `INVALID_ARGUMENT` for data that has no JSON, `UNKNOWN` where the message may or
   * may not be stored, `TIMEOUT` or the signal's reason under `room.with(…)`, and with the server's code.
   */
  emit<E extends DurableName<RoomEmitted<C>>>(
    this: void,
    event: E,
    ...args: RoomEmitArgs<At<RoomEmitted<C>, E>>
  ): Promise<Receipt>
  /** Sends a `message` to the room: short for `emit('message', data)`. */
  send(this: void, ...args: RoomMessageArgs<RoomEmitted<C>>): Promise<Receipt>
}

/** A room, by name. The same name gives the same object. All methods are bound. */
export interface Room<C extends AnyContract = SocketIoContract<EventsMap, EventsMap>> extends RoomSender<C> {
  readonly name: RoomName
  /** The current status; `state` tells when it changes, and why. */
  readonly status: RoomState['status']
  readonly state: ReadonlyStore<RoomState>
  /** The members, by user id; empty on a server that does not list them; in a partial room only the user of this client. */
  readonly members: ReadonlyStore<ReadonlyMap<string, Member<C>>>
  /** How many members there are, and whether they are listed; in a partial room up to a second late, in one of thousands more. */
  readonly occupancy: ReadonlyStore<Occupancy>
  /**
   * Joins the room, and joins it again after each outage, until `leave`. Waits while the connection is lost.
   *
   * Rejects with the server's code where it refuses, `LEFT` where `leave` was called meanwhile, `DISCONNECTED` after
   * `disconnect()`, `INVALID_ARGUMENT` for a name or option that cannot be used, and `TIMEOUT` or the signal's reason, which
   * end the wait, not the join.
   */
  join(this: void, options?: JoinOptions<C>): Promise<Room<C>>
  /** Leaves the room, also where other parts of the app hold it. No listener is called from now on. */
  leave(this: void): Promise<void>
  /**
   * Holds the room: it is joined while it has a holder, and left 100 ms after the last one is gone, unless `join` was
   * called. Returns the release.
   */
  retain(this: void, options?: Pick<JoinOptions<C>, 'params'>): () => void
  /**
   * Calls the handler for each such event of this room, or for `gap`: messages that were missed.
   *
   * @throws RoomfulError `INVALID_ARGUMENT` for an event that the contract does not know, a reserved name, or a handler that is no function.
   */
  on<E extends EventName<RoomListened<C>> | 'gap'>(this: void, event: E, handler: RoomHandler<C, E>): Unsubscribe
  /** `room.with({ timeoutMs, signal }).emit(…)`: ends the wait for the receipt. A message that was not sent yet is discarded. */
  with(this: void, options: CallOptions): RoomSender<C>
  readonly volatile: {
    /**
     * Sends now or not at all, in no order, for data that is soon out of date, such as a cursor. Returns whether it was
     * sent. Throws only `INVALID` and `INVALID_ARGUMENT`.
     */
    emit<E extends VolatileName<RoomEmitted<C>>>(
      this: void,
      event: E,
      ...args: RoomEmitArgs<At<RoomEmitted<C>, E>>
    ): boolean
  }
  /**
   * A page of the room's log, oldest first: the newest messages, or those before or after a `seq`, without redacted ones. `amendments` of
   * these messages that come later in the log: the newest of each event, user and key. Rejects with
   * `UNSUPPORTED` on a plain server, `NOT_MEMBER` before the room was joined, `DISCONNECTED`, `TIMEOUT`, or the server's code.
   */
  history(
    this: void,
    query?: HistoryQuery,
  ): Promise<{
    readonly messages: readonly RoomMessage<C>[]
    readonly amendments: readonly RoomMessage<C>[]
    readonly more: boolean
  }>
}
