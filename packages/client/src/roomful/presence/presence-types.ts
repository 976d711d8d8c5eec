import type { AnyContract, Presence, PresenceInput, RoomfulError, User } from '@roomful/contract'
import type { Unsubscribe } from '../../emitter.ts'
import type { ReadonlyStore } from '../../store.ts'
import type { Member } from '../../rooms/room.ts'

export interface PresenceState<C extends AnyContract = AnyContract> {
  /** The presence that was set last on this page, as other members read it; undefined for none. */
  readonly presence: Presence<C> | undefined
  /**
   * Why other members do not see it: the code of the server's refusal, `TOO_LARGE`, or `UNSUPPORTED` where the server keeps
   * no presence. They still see the last presence that the server accepted.
   */
  readonly error: RoomfulError | undefined
}

/** The other members of a room, and the user's own presence in it. All methods are bound. */
export interface RoomPresence<C extends AnyContract> {
  /**
   * Sets the user's presence in this room, from this page. It is kept through outages, until the room is left. The newest
   * presence counts; at most one is sent every 100 ms. A refusal is in `state`.
   *
   * @throws ValidationError (`INVALID`) for a presence that the contract refuses; RoomfulError `INVALID_ARGUMENT` for one that has no JSON.
   */
  set(this: void, presence: PresenceInput<C>): void
  /** Removes the presence that this page has set. */
  clear(this: void): void
  readonly state: ReadonlyStore<PresenceState<C>>
  /** The user as a member of the room, over all of the user's pages; undefined where the server does not identify users. */
  readonly self: ReadonlyStore<Member<C> | undefined>
  /** The other members, by user id; all members where the server does not identify users. */
  readonly others: ReadonlyStore<ReadonlyMap<string, Member<C>>>
  /**
   * Calls the handler when another member enters, leaves, or changes; after a change it also gets the member before. There
   * is no call when this client joins or leaves; after an outage there are only calls for real differences.
   *
   * @throws RoomfulError `INVALID_ARGUMENT` for another type, or a handler that is no function.
   */
  on(
    this: void,
    type: 'enter' | 'leave' | 'update',
    handler: (member: Member<C>, previous?: Member<C>) => void,
  ): Unsubscribe
}

/** The users who are typing in a room, and the signs that this user is. All methods are bound. */
export interface RoomTyping<C extends AnyContract> {
  /**
   * The user has hit a key. Tells the room at once, and again every 3,000 ms while keystrokes go on. The user counts as
   * typing until 5,000 ms after the last keystroke.
   */
  keystroke(this: void): void
  /** The user has sent or emptied the input: tells the room at once that the user has stopped. */
  stop(this: void): void
  /** The other users who are typing, in the order in which they began, at most 100. */
  readonly state: ReadonlyStore<readonly User<C>[]>
  /** Stops, and empties `state` for good. */
  close(this: void): void
}
