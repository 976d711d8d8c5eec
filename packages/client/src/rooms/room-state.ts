import type { RoomfulError } from '@roomful/contract'
import { isPermanent } from '../events/refusal.ts'

/**
 * Our membership of a room; `status` tells which.
 *
 *     left ── join ─► joining ── accepted ─► joined ── leave ─► leaving ── done · down ─► left
 *     joining · joined ── refused ─► failed ── join · up ─► joining
 *     joining · joined ── down ─► suspended ── up ─► joining, or joined where the server kept our place
 *     joining ── leave ─► leaving ── join ─► joining        suspended · failed ── leave ─► left
 *     failed for now ── down for good ─► suspended
 */
export type RoomState =
  | { readonly status: 'left' | 'joining' | 'leaving'; readonly error?: undefined }
  /** `acknowledged: false`: the server has not answered; a plain one need not, and may still refuse. */
  | { readonly status: 'joined'; readonly acknowledged: boolean; readonly error?: undefined }
  /** Was in, or trying to get in, and comes back with the connection; `error` says why nobody seeks one any more. */
  | { readonly status: 'suspended'; readonly wasJoined: boolean; readonly error?: RoomfulError }
  | { readonly status: 'failed'; readonly error: RoomfulError }

export type RoomEvent =
  | { readonly type: 'join' | 'leave' | 'done' }
  | { readonly type: 'accepted'; readonly acknowledged: boolean }
  | { readonly type: 'refused'; readonly error: RoomfulError }
  /** The connection is there; `recovered` where the server kept our membership. */
  | { readonly type: 'up'; readonly recovered: boolean }
  /** The connection is gone; with an error where nobody seeks one any more. */
  | { readonly type: 'down'; readonly error?: RoomfulError }

type Status = RoomState['status']
type State<S extends Status> = Extract<RoomState, { status: S }>
type Event<T extends RoomEvent['type']> = Extract<RoomEvent, { type: T }>
type Table = {
  readonly [S in Status]: { readonly [T in RoomEvent['type']]?: (event: Event<T>, state: State<S>) => RoomState }
}

const LEFT: RoomState = { status: 'left' }
const JOINING: RoomState = { status: 'joining' }
const LEAVING: RoomState = { status: 'leaving' }
const left = () => LEFT
const joining = () => JOINING
const leaving = () => LEAVING
const joined = ({ acknowledged }: Event<'accepted'>): RoomState => ({ status: 'joined', acknowledged })
const failed = ({ error }: Event<'refused'>): RoomState => ({ status: 'failed', error })
const suspended = (wasJoined: boolean, { error }: Event<'down'>): RoomState =>
  error ? { status: 'suspended', wasJoined, error } : { status: 'suspended', wasJoined }

// What is missing is ignored. `up` retries a failed room: another connection may carry another user or permission.
const TABLE: Table = {
  left: { join: joining },
  joining: { accepted: joined, refused: failed, leave: leaving, down: (event) => suspended(false, event) },
  joined: {
    accepted: (event, state) => (event.acknowledged === state.acknowledged ? state : joined(event)),
    refused: failed,
    leave: leaving,
    up: ({ recovered }, state) => (recovered ? state : JOINING),
    down: (event) => suspended(true, event),
  },
  suspended: {
    leave: left,
    up: ({ recovered }, { wasJoined }) =>
      recovered && wasJoined ? joined({ type: 'accepted', acknowledged: true }) : JOINING,
    down: (event, { wasJoined }) => suspended(wasJoined, event),
  },
  leaving: { join: joining, done: left, down: left },
  failed: {
    join: joining,
    leave: left,
    up: joining,
    // Nobody tries again what was refused for now, either.
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
