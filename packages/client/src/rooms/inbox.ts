import type {
  AnyContract,
  At,
  DataOut,
  EventName,
  EventsMap,
  InboxEvents,
  SocketIoContract,
  User,
} from '@roomful/contract'
import type { Unsubscribe } from '../emitter.ts'
import type { ReadonlyStore } from '../store.ts'
import type { Timeline, TimelineState } from '../timeline/timeline-types.ts'
import type { Gap, HistoryQuery, MessageMeta } from './room.ts'
import type { RoomState } from './room-state.ts'

/** The names of the events of an inbox. */
export type InboxName<C extends AnyContract> = EventName<InboxEvents<C>>

export type InboxHandler<C extends AnyContract, E> =
  E extends InboxName<C>
    ? (data: DataOut<At<InboxEvents<C>, E>>, meta: MessageMeta<C>) => void
    : E extends 'gap'
      ? (gap: Gap) => void
      : never

export type InboxMessage<C extends AnyContract> = {
  [E in InboxName<C>]: {
    readonly event: E
    readonly data: DataOut<At<InboxEvents<C>, E>>
    readonly meta: MessageMeta<C>
  }
}[InboxName<C>]

/**
 * The user's own room: messages of the server to this user alone, stored in one order and replayed after an outage, as those of
 * any room. The client joins it by itself, and joins that of the next user when another one is connected. All methods are bound.
 */
export interface Inbox<C extends AnyContract = SocketIoContract<EventsMap, EventsMap>> {
  readonly name: '$inbox'
  /** The current status; `state` tells when it changes, and why. */
  readonly status: RoomState['status']
  /** `failed` with `UNSUPPORTED` on a server that has no inbox for this user, and with `plainRooms()`. */
  readonly state: ReadonlyStore<RoomState>
  /**
   * Calls the handler for each such message from now on, or for `gap`: messages that were missed.
   *
   * @throws RoomfulError `INVALID_ARGUMENT` for an event that the contract's `inbox` does not have, or a handler that is no function.
   */
  on<E extends InboxName<C> | 'gap'>(this: void, event: E, handler: InboxHandler<C, E>): Unsubscribe
  /** A page of the messages, as `room.history` gives it. */
  history(
    this: void,
    query?: HistoryQuery,
  ): Promise<{ readonly messages: readonly InboxMessage<C>[]; readonly more: boolean }>
}

/** One event of the inbox as an ordered list. The client cannot send to it. */
export interface InboxTimeline<C extends AnyContract, E extends InboxName<C>> extends Pick<
  Timeline<AnyContract, never>,
  'loadOlder' | 'loadNewer' | 'loadLatest' | 'close'
> {
  readonly state: ReadonlyStore<TimelineState<DataOut<At<InboxEvents<C>, E>>, User<C>>>
}
