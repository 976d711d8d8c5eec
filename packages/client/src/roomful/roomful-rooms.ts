import type { Limits, WireUser } from '@roomful/contract/protocol'
import type { Emitter, Unsubscribe } from '../emitter.ts'

/** The side of a roomful room that presence and typing are built on. */
export interface RoomfulInternals {
  /** Gives the user's own presence for each join; undefined where it has none. */
  presence: () => unknown
  /** Whether a presence is set, so that the room has to be kept for the next join. */
  hasPresence: boolean
  /** Gets the sender of each message of the log. */
  readonly senders: Emitter<[sender: WireUser | null]>
  /** The server's limits, where it has the capability; undefined while disconnected. */
  limitsOf(capability: string): Limits | undefined
  /** Rejects with the server's refusal. */
  request(event: string, request: object): Promise<unknown>
  /** Sends now or not at all. */
  send(event: string, message: object): void
  /** Listens to one of the protocol's own events of this room, such as `$typing`. */
  onOwn(event: string, handler: (message: unknown) => void): Unsubscribe
}

/** By the room's internals; a room of `plainRooms()` is not in it. */
export const roomfulRooms: WeakMap<object, RoomfulInternals> = new WeakMap()
