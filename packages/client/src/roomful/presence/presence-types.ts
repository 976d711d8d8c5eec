import type { AnyContract, Presence, PresenceInput, RoomfulError, User } from '@roomful/contract'
import type { Unsubscribe } from '../../emitter.ts'
import type { ReadonlyStore } from '../../store.ts'
import type { Member } from '../../rooms/room.ts'

export interface PresenceState<C extends AnyContract = AnyContract> {
  /** What was set here last, as others read it; undefined where nothing is, as for null. */
  readonly presence: Presence<C> | undefined
  /**
   * Why the server refused that, or `TOO_LARGE` where it would; `UNSUPPORTED` where it keeps no presence. What it
   * accepted before still stands.
   */
  readonly error: RoomfulError | undefined
}

/** Who is in a room beside us, and what we say about ourselves there. All methods are bound. */
export interface RoomPresence<C extends AnyContract> {
  /**
   * Says something about ourselves in this room, from this page: kept over outages, and until the room is left.
   * The newest wins; the server hears of at most one per 100 ms.
   *
   * @throws ValidationError where the contract does not accept it; `INVALID_ARGUMENT` where it has no JSON.
   */
  set(this: void, presence: PresenceInput<C>): void
  /** Takes it back. */
  clear(this: void): void
  readonly state: ReadonlyStore<PresenceState<C>>
  /** Ourselves as everybody sees us, all tabs in one; undefined where the server tells nobody apart. */
  readonly self: ReadonlyStore<Member<C> | undefined>
  /** Everybody else, by user id; everybody where the server tells nobody apart. */
  readonly others: ReadonlyStore<ReadonlyMap<string, Member<C>>>
  /**
   * Hears of others who enter, leave, or change, with what they were before. Those who are there when we join do not
   * enter; nobody leaves when we do; after an outage, only what differs is told.
   */
  on(
    this: void,
    type: 'enter' | 'leave' | 'update',
    handler: (member: Member<C>, previous?: Member<C>) => void,
  ): Unsubscribe
}

/** Who is typing in a room, and what we say of it. All methods are bound. */
export interface RoomTyping<C extends AnyContract> {
  /** We are typing: said at once, again every 3,000 ms while keystrokes go on, and taken back 5,000 ms after the last. */
  keystroke(this: void): void
  /** Sent, or emptied: taken back at once, if it was said. */
  stop(this: void): void
  /** Who is typing now, oldest first, at most 100, ourselves left out. */
  readonly state: ReadonlyStore<readonly User<C>[]>
  /** Takes back what was said; nothing is heard any more, and nobody types. */
  close(this: void): void
}
