import type {
  AnyContract,
  At,
  DataArgs,
  DataIn,
  DataOut,
  DurableName,
  Receipt,
  RoomEmitted,
  RoomfulError,
  RoomListened,
  User,
} from '@roomful/contract'
import type { ReadonlyStore } from '../guarded-store.ts'
import type { List } from './chunked-list.ts'
import type { TimelineEntry } from './timeline-entry.ts'

/** What a timeline shows now. */
export interface TimelineState<Data = unknown, From = unknown> {
  /** Rises by one with each change of `entries`. */
  readonly version: number
  /** In the order of the room's log; then our own that are not in it, in the order of sending. */
  readonly entries: List<TimelineEntry<Data, From>>
  /** Whether `loadOlder` would find anything; undefined as long as nobody knows. */
  readonly hasOlder: boolean | undefined
  readonly isLoading: boolean
  /** Why the last `loadOlder` failed. */
  readonly error: RoomfulError | undefined
}

/** Room events that have a timeline: said and heard, and kept in the log. */
export type TimelineName<C extends AnyContract> = DurableName<RoomEmitted<C>> & DurableName<RoomListened<C>> & string

/** One event of a room as an ordered list, with our own messages from the moment in which they are sent. */
export interface Timeline<C extends AnyContract, E extends TimelineName<C>> {
  readonly state: ReadonlyStore<TimelineState<DataOut<At<RoomListened<C>, E>>, User<C>>>
  /** Sends to the room, as `room.emit` does, and shows it at once. */
  send(this: void, ...args: DataArgs<DataIn<At<RoomEmitted<C>, E>>>): Promise<Receipt>
  /** Sends one that is `rejected`, or `unknown` with an error, once more: as a new message, at the end, under the same key. */
  retry(this: void, key: string): Promise<Receipt>
  /** Takes one of our own that is not in the log out of the timeline, and out of the outbox; whether there was one. It comes back where the server has it after all. */
  discard(this: void, key: string): boolean
  /**
   * Fetches what came before, at least one message where there is one, `limit` at a time; waits until the room is joined.
   * Rejects where it cannot be, where that fails, and where the timeline holds `max` entries.
   */
  loadOlder(this: void, limit?: number): Promise<void>
  /** Stops listening; what it shows stays as it is. What was sent goes its way. */
  close(this: void): void
}

export interface TimelineOptions {
  /** How many entries are kept; one more drops the oldest. @default 10,000 */
  readonly max?: number
}
