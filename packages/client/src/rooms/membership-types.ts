import type { RoomfulError } from '@roomful/contract'
import type { JoinAnswer } from './rooms-protocol.ts'

/** Why the client is in a room. */
export interface RoomUse {
  /** How many `retain()` calls hold it, such as those of `useRoom`. */
  readonly holders: number
  /** Whether the app has called `join()` since it left. */
  readonly isJoined: boolean
  /** Whether messages wait in it. */
  readonly isNeeded: boolean
}

export type MembershipInput =
  /** The app called `join()`: the room stays joined until `leave()`. */
  | { readonly type: 'join' }
  /** The app called `leave()`, which holders do not prevent. */
  | { readonly type: 'leave' }
  /** A holder (`retain`) was added or removed. */
  | { readonly type: 'hold' | 'release' }
  /** `releaseLater` is over. */
  | { readonly type: 'releaseDue' }
  /** The room has to be joined with other params than those that the last join was sent with. */
  | { readonly type: 'paramsChanged' }
  /** Whether messages of this room wait in the outbox: the client stays in the room for them, or joins it. */
  | { readonly type: 'needed'; readonly isNeeded: boolean }
  /** `isRecovered`: the server kept the memberships of the connection before. */
  | { readonly type: 'connected'; readonly isRecovered: boolean }
  /** `error`: the client does not reconnect by itself. Also the first input where it is stopped already. */
  | { readonly type: 'disconnected'; readonly error?: RoomfulError | undefined }
  /** The end of a request: what the server answered a join with, its refusal, or an error of another kind (no answer). */
  | { readonly type: 'answer'; readonly request: number; readonly error?: RoomfulError; readonly answer?: JoinAnswer }
  /** A plain server answered a join that had counted as joined, `acknowledged: false`. */
  | { readonly type: 'lateAnswer'; readonly request: number; readonly error?: RoomfulError | undefined }
  /** The membership, or the place in the log, is lost; or an event of the room was dropped while a join is in flight. `nowMs` is of any clock that only rises. */
  | { readonly type: 'lost'; readonly nowMs: number }
  /** The server has put the client out of the room. */
  | { readonly type: 'out'; readonly error: RoomfulError }
  /** Another user is connected: `join()` was the first user's, holders are the app's present wish. */
  | { readonly type: 'userChanged' }
  /** `retryLater` is over. */
  | { readonly type: 'retryDue' }

/** What to do after a step, once the new state is published. */
export type MembershipOutput =
  | { readonly type: 'join' | 'leave'; readonly request: number }
  /** `app`: the state says joined now; the first output. `outbox`: queued messages may be sent, but the app did not ask for this join. */
  | { readonly type: 'joined'; readonly answer: JoinAnswer; readonly for: 'app' | 'outbox' }
  /** The server refused the room permanently, or put the client out of it: messages that wait for it end. */
  | { readonly type: 'refused'; readonly error: RoomfulError }
  /** `attempt` counts from 1; `minMs`: as long as the server asked for. */
  | { readonly type: 'retryLater'; readonly attempt: number; readonly minMs: number }
  | { readonly type: 'cancelRetry' | 'releaseLater' | 'cancelRelease' }

export type InputOf<T extends MembershipInput['type']> = Extract<MembershipInput, { type: T }>

/** A request in flight. */
export interface RoomRequest {
  readonly type: 'join' | 'leave'
  readonly number: number
  /** Whether the server may have had the client in the room before. */
  wasIn: boolean
  /** A leave that the server may have handled before an earlier join. */
  isOvertaking?: boolean
}
