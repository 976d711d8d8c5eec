import { RoomfulError } from '@roomful/contract'
import { isPermanent } from '../errors.ts'

/**
 * The client's membership of a room; `status` tells which.
 *
 *     left ── join ─► joining ── accepted ─► joined ── leave ─► leaving ── done · down ─► left
 *     joining · joined ── refused ─► failed ── join · up ─► joining
 *     joined · failed, joining after a loss ── out ─► failed
 *     joining · joined ── down ─► suspended ── up ─► joining, or joined where the server kept the membership
 *     joining ── leave ─► leaving ── join ─► joining        suspended · failed ── leave ─► left
 *     failed, to be tried again ── down with an error ─► suspended
 */
export type RoomState =
  | { readonly status: 'left' | 'joining' | 'leaving'; readonly error?: undefined }
  /** `acknowledged: false`: the server has not answered; a plain server need not, and it may still refuse. */
  | { readonly status: 'joined'; readonly acknowledged: boolean; readonly error?: undefined }
  /** Not connected; the room is joined when the client is connected again. `error`: the client does not reconnect by itself. */
  | { readonly status: 'suspended'; readonly wasJoined: boolean; readonly error?: RoomfulError }
  | { readonly status: 'failed'; readonly error: RoomfulError }

export type RoomEvent =
  | { readonly type: 'join' | 'leave' | 'done' }
  | { readonly type: 'accepted'; readonly acknowledged: boolean }
  | { readonly type: 'refused'; readonly error: RoomfulError }
  /** The server has put the client out of the room. */
  | { readonly type: 'out'; readonly error: RoomfulError }
  /** Connected, or time to join again; `recovered` where the server kept the membership. */
  | { readonly type: 'up'; readonly recovered: boolean }
  /** Not connected; with an error where the client does not reconnect by itself. */
  | { readonly type: 'down'; readonly error?: RoomfulError | undefined }

type Status = RoomState['status']
type State<S extends Status> = Extract<RoomState, { status: S }>
type Event<T extends RoomEvent['type']> = Extract<RoomEvent, { type: T }>
type Table = {
  readonly [S in Status]: { readonly [T in RoomEvent['type']]?: (event: Event<T>, state: State<S>) => RoomState }
}

/** The first state of each room. */
export const LEFT: RoomState = { status: 'left' }
const JOINING: RoomState = { status: 'joining' }
const LEAVING: RoomState = { status: 'leaving' }
const left = () => LEFT
const joining = () => JOINING
const leaving = () => LEAVING
const joined = ({ acknowledged }: Event<'accepted'>): RoomState => ({ status: 'joined', acknowledged })
const failed = ({ error }: Event<'refused' | 'out'>): RoomState => ({ status: 'failed', error })
const suspended = (wasJoined: boolean, { error }: Event<'down'>): RoomState =>
  error ? { status: 'suspended', wasJoined, error } : { status: 'suspended', wasJoined }

// A missing entry ignores the event. `up` tries a failed room again: the next connection may be of another user.
const TABLE: Table = {
  left: { join: joining },
  joining: { accepted: joined, refused: failed, out: failed, leave: leaving, down: (event) => suspended(false, event) },
  joined: {
    accepted: (event, state) => (event.acknowledged === state.acknowledged ? state : joined(event)),
    refused: failed,
    out: failed,
    leave: leaving,
    up: ({ recovered }, state) => (recovered ? state : JOINING),
    down: (event) => suspended(true, event),
  },
  suspended: {
    leave: left,
    up: ({ recovered }, { wasJoined }) =>
      recovered && wasJoined ? joined({ type: 'accepted', acknowledged: true }) : JOINING,
    down: (event, state) => (event.error === state.error ? state : suspended(state.wasJoined, event)),
  },
  leaving: { join: joining, done: left, down: left },
  failed: {
    join: joining,
    out: failed,
    leave: left,
    up: joining,
    // Without a connection there is no other try.
    down: (event, state) => (event.error && !isPermanent(state.error) ? suspended(false, event) : state),
  },
}

/** Whether the app has left the room, or never joined it. */
export function isOut({ status }: { readonly status: Status }): boolean {
  return status === 'left' || status === 'leaving'
}

/** The next state; the same object where nothing changes. */
export function roomState(state: RoomState, event: RoomEvent): RoomState {
  return TABLE[state.status][event.type]?.(event as never, state as never) ?? state
}

/** How `join()` ends in this state: `true` joined, an error, or `undefined` while it has to wait. */
export function joinVerdict(state: RoomState): RoomfulError | true | undefined {
  if (state.status === 'joined') return true
  if (state.error || !isOut(state)) return state.error
  return new RoomfulError('LEFT', 'the room was left before the server had answered the join')
}

/** Why a message to the room cannot be queued: the room is not joined (`NOT_MEMBER`), or the client is stopped. */
export function sendError(state: RoomState, room: string, event: string): RoomfulError | undefined {
  const { status, error } = state
  if (status === 'suspended' && error) return error
  if (status === 'failed' ? !isPermanent(error) : !isOut(state)) return undefined
  const sentence = `unable to emit "${event}" to room ${room}: join it first`
  return new RoomfulError('NOT_MEMBER', sentence, { ...(error && { cause: error }) })
}
