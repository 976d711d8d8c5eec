import type {
  AnyContract,
  At,
  DataArgs,
  DataIn,
  DataOut,
  Receipt,
  RoomEmitted,
  RoomfulError,
  RoomListened,
  User,
} from '@roomful/contract'
import type { ReadonlyStore } from '../store.ts'
import type { Amendments } from './amendments.ts'
import type { List } from './chunked-list.ts'
import type { TimelineEntry, TimelineMessage } from './timeline-entry.ts'
import type { TimelineName } from './timeline-name.ts'

export type { TimelineName } from './timeline-name.ts'

export interface TimelineState<Data = unknown, From = unknown> {
  /** Rises by one with each change of `entries`. */
  readonly version: number
  /** A part of the room's log, in its order; then own messages that are not in that part, in the order of sending. */
  readonly entries: List<TimelineEntry<Data, From>>
  /**
   * `loading`: until the room is joined, and the first page is there if `initial` asks for one. An empty `ready` timeline
   * with `initial` is an empty room. `failed`: the room cannot be joined or the page cannot be loaded; `error` says why.
   */
  readonly status: 'loading' | 'ready' | 'failed'
  /** Whether `loadOlder` would find anything; undefined while unknown. */
  readonly hasOlder: boolean | undefined
  /** Whether the log goes on after the entries: `loadNewer` and `loadLatest` load it. New messages are not appended meanwhile. */
  readonly hasNewer: boolean
  /** Whether a `loadOlder`, `loadNewer` or `loadLatest` is under way. */
  readonly isLoading: boolean
  /** Why the status is `failed`, or why the last load failed. */
  readonly error: RoomfulError | undefined
}

/**
 * A message of a room's timeline.
 *
 * @example type ChatMessage = MessageOf<typeof chat, 'message'>
 */
export type MessageOf<
  C extends AnyContract,
  E extends TimelineName<C>,
  Shown = DataOut<At<RoomListened<C>, E>>,
> = TimelineMessage<Shown, User<C>>

/** One event of a room as an ordered list, with the user's own messages from the moment they are sent. */
export interface Timeline<C extends AnyContract, E extends TimelineName<C>, Shown = DataOut<At<RoomListened<C>, E>>> {
  readonly state: ReadonlyStore<TimelineState<Shown, User<C>>>
  /** Sends to the room, as `room.emit` does, and shows the message at once. */
  send(this: void, ...args: DataArgs<DataIn<At<RoomEmitted<C>, E>>>): Promise<Receipt>
  /** Sends a message that is `rejected`, or `unknown` with an error, again: as a new message, at the end, under the same key. */
  retry(this: void, key: string): Promise<Receipt>
  /**
   * Removes an own message that is not in the log from the timeline and from the outbox; returns whether there was one. It
   * comes back if the server has stored it nevertheless.
   */
  discard(this: void, key: string): boolean
  /**
   * Loads older messages: `limit` of the log at a time, until at least one is shown or there are no more. Waits until the room
   * is joined. Rejects where the room cannot be joined or the server refuses. Beyond `max` entries the newest are dropped.
   */
  loadOlder(this: void, limit?: number): Promise<void>
  /** Loads the messages after the entries, as `loadOlder` does. Beyond `max` entries the oldest are dropped. */
  loadNewer(this: void, limit?: number): Promise<void>
  /** Shows the newest messages again, and new ones as they come. Entries far from them are dropped; `loadOlder` loads them. */
  loadLatest(this: void): Promise<void>
  /** Stops listening; `client.close()` does so, too. The state stays as it is; messages in the outbox are still sent. */
  close(this: void): void
}

/** The options of a room's timeline, with amendments. */
export interface AmendedTimelineOptions<
  C extends AnyContract,
  E extends TimelineName<C>,
  Shown,
> extends TimelineOptions {
  /** Shows edits, deletions and reactions: made by `amendments`. @default none */
  readonly amend?: Amendments<C, E, Shown> | undefined
}

export interface TimelineOptions {
  /** Loads this many of the newest messages with the join; one round trip where the server supports it. @default none */
  readonly initial?: number
  /** How many entries are kept. @default 10,000 */
  readonly max?: number
  /** Called once, when the timeline is closed: by `close` or by `client.close()`. */
  readonly onClose?: (() => void) | undefined
}
