import type { AnyContract, ErrorCode, Presence, User } from '@roomful/contract'
import type { Page } from '../log/log.ts'

export interface RemoveOptions {
  /**
   * The code that the client's `room.state` shows. Default: `REMOVED`, with `banMs` `BANNED`. Not a code after which a
   * client tries again, such as `RATE`.
   */
  readonly code?: ErrorCode
  /** The sentence that the client shows, of at most 1,000 characters. */
  readonly message?: string
  /** How long the user may not join again, in milliseconds; `Infinity` for good. Default: the user may join at once. */
  readonly banMs?: number
}

export interface DisconnectOptions {
  /**
   * Default: `KICKED`. After a code of the app clients do not return by themselves. After `RATE`, `UNAVAILABLE`, `LIMIT`
   * and `CLOSING` they return, and after `UNAUTHORIZED` with other credentials.
   */
  readonly code?: ErrorCode
  /** The sentence that the client shows, of at most 1,000 characters. */
  readonly message?: string
  /** With a code after which clients return: when, in milliseconds, up to 300,000. Default: 1,000. Not for `UNAUTHORIZED`. */
  readonly after?: number
}

/** A range of a room's log. */
export interface HistoryRange {
  /** The newest entries before this `seq`. Default: the newest of all. */
  readonly before?: number
  /** The oldest entries after this `seq`, instead of `before`. */
  readonly after?: number
  /** The most entries, up to `limits.page`. Default: as many. */
  readonly limit?: number
}

/** A user who is in a room. */
export interface RoomMember<C extends AnyContract> {
  readonly user: User<C>
  readonly presence?: Presence<C>
}

/** A room that has members. */
export interface RoomSummary {
  readonly name: string
  /** How many users are in it. */
  readonly members: number
}

/**
 * What an operator can see and do, for the connections of all nodes. A call that puts users out or asks again resolves when each
 * living node has done it. It rejects with `UNAVAILABLE` where a node fails, or does not answer for 15 s; then it had effect on the
 * other nodes, and may be made again. After `rooms.close()`, `members` and `list` have no members and no rooms, and the other calls
 * reject with `CLOSING`.
 */
export interface RoomOperations<C extends AnyContract> {
  /**
   * Puts a user out of a room, on all of its connections and at once: no more events, no message that is not stored yet,
   * no answer to a join under way. Each client's room is `failed` with the code and the sentence, and does not come back by
   * itself on this connection. With `banMs` the user cannot join again for that time; the ban is stored in the log before
   * the promise resolves, also for a user who is not in the room. A new ban replaces the one before it. A guest gets
   * another id with each connection, so that a ban of a guest ends with its connection.
   * @throws RoomfulError `INVALID_ARGUMENT`; `LIMIT` when no more bans fit, and `LOG_FAILED`: the user was put out, and is
   * not banned.
   * @example await rooms.remove('general', user.id, { code: 'SPAM', message: 'no advertising', banMs: 86_400_000 })
   */
  remove(room: string, userId: string, options?: RemoveOptions): Promise<void>
  /** Lifts a ban; without a ban nothing happens. */
  unban(room: string, userId: string): Promise<void>
  /**
   * Ends all connections of a user, and tells each client why: `disconnected` with the code and the sentence. Whether the
   * user can connect again is decided by `authenticate`. Raw Socket.IO clients return after the same codes.
   * @throws RoomfulError `INVALID_ARGUMENT`
   */
  disconnect(userId: string, options?: DisconnectOptions): Promise<void>
  /**
   * Asks `authorize.join` again for each room of a user, or of all users, with the params of its join. Those who are
   * refused are put out with the code and the sentence of the refusal; where the question fails, nothing changes. Call it
   * after permissions have changed. Resolves when all were asked; at most 32 connections are asked at a time.
   */
  reauthorize(userId?: string): Promise<void>
  /**
   * The users who are in a room, in the order in which they came, with their presence.
   * @throws RoomfulError `INVALID_ARGUMENT`; `UNAVAILABLE` while the members of other nodes cannot be read.
   */
  members(room: string): Promise<readonly RoomMember<C>[]>
  /**
   * A page of a room's log, also of a room without members: consecutive entries, oldest first, with their data as it was
   * stored. `first > 1` says that older entries are gone.
   */
  history(room: string, range?: HistoryRange): Promise<Page>
  /**
   * Deletes the data of a message for good, in the log and at all clients, also at those that are away; and the data of its
   * amendments, such as edits and reactions. Timelines show it as `isRedacted`. Resolves when it is stored; a message that is redacted
   * already stays so. An amendment is not redacted alone: a client could not know which older one counts then. Backups, your own copies, and what clients have made of the data are not reached.
   * @throws RoomfulError `INVALID_ARGUMENT` for an amendment, and where the log does not hold the message; `LOG_FAILED` and the like: call it again.
   * @example await rooms.redact('general', message.seq)
   */
  redact(room: string, seq: number): Promise<void>
  /**
   * The rooms that have members now, one after the other, so that a long list needs no memory. Rooms that come and go
   * meanwhile may be missing. Throws `UNAVAILABLE` while the rooms of other nodes cannot be read.
   * @example for await (const { name, members } of rooms.list()) console.log(name, members)
   */
  list(): AsyncIterable<RoomSummary>
}
