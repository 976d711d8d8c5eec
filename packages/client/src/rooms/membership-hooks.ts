import type { RoomfulError } from '@roomful/contract'
import type { Joined } from './room-protocol.ts'
import type { RoomState } from './room-state.ts'

/** What a membership needs of its room. */
export interface MembershipHooks {
  /** Why no server would know such a room, if so. */
  readonly unusable: RoomfulError | undefined
  /** Whether a request would go out now. */
  isReady(): boolean
  /** Why nobody seeks a connection, if so. */
  stoppedBy(): RoomfulError | undefined
  enter(onLate: (refusal?: RoomfulError) => void): Promise<Joined>
  /** We are in, and want to be: called before the state says so; what it returns is called after. */
  entered(joined: Joined): () => void
  /** Whether messages of ours wait in the room: then we stay in it, or go in for them, without the app. */
  isNeeded(): boolean
  /** We are in for the messages that wait; or the server will not have us for them either. */
  admitted(joined: Joined): void
  turnedAway(error: RoomfulError): void
  exit(): Promise<void>
  changed(from: RoomState, to: RoomState): void
}
