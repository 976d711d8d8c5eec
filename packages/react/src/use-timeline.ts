'use client'
import {
  type Amendments,
  type AnyContract,
  type At,
  type DataOut,
  type Inbox,
  type InboxEvents,
  type InboxName,
  type Room,
  RoomfulError,
  type RoomListened,
  type Timeline,
  type TimelineName,
  type TimelineState,
  type User,
} from '@roomful/client'
import * as React from 'react'
import { createMountedTimeline } from './mounted-timeline.ts'
import type { MaybeRoom } from './types.ts'
import { useDisposable } from './use-disposable.ts'

export type UseTimeline<
  C extends AnyContract,
  E extends TimelineName<C>,
  Shown = DataOut<At<RoomListened<C>, E>>,
> = Omit<TimelineState<Shown, User<C>>, 'version'> &
  Pick<Timeline<C, E>, 'send' | 'retry' | 'discard' | 'loadOlder' | 'loadNewer' | 'loadLatest'>

/** One event of the user's inbox as a list. The client cannot send to it. */
export type UseInboxTimeline<C extends AnyContract, E extends InboxName<C>> = Omit<
  TimelineState<DataOut<At<InboxEvents<C>, E>>, User<C>>,
  'version'
> &
  Pick<Timeline<C, never>, 'loadOlder' | 'loadNewer' | 'loadLatest'>

export interface UseTimelineOptions {
  /** Loads this many of the newest messages with the join. @default none */
  readonly initial?: number | undefined
  /** How many entries are kept. @default 10,000 */
  readonly max?: number | undefined
  /** How long the timeline is kept after its last component unmounted, in milliseconds. @default 60,000 */
  readonly keepMs?: number | undefined
}

/** With amendments. */
export interface UseAmendedTimelineOptions<
  C extends AnyContract,
  E extends TimelineName<C>,
  Shown,
> extends UseTimelineOptions {
  /** Shows edits, deletions and reactions: made by `amendments`, once, outside of components. @default none */
  readonly amend?: Amendments<C, E, Shown> | undefined
}

const { useEffect, useInsertionEffect, useSyncExternalStore } = React
/**
 * React 19 can hide a component, which ends its effects, and show it again: only the end of an insertion effect is the
 * component's own end. React 18 hides no component, and can omit the end of an insertion effect.
 */
const useUnmount = 'Activity' in React ? useInsertionEffect : useEffect

/**
 * One event of a room as an ordered list, with the user's own messages from the moment they are sent. Renders at most once a
 * frame. Components with the same room, event, `initial`, `max` and `amend` share one list. It is kept while one of them is mounted
 * or hidden, and for `keepMs` after that (at most 20 lists): shown again, it is there at once and catches up. Without a room
 * the list is empty and `loading`, and `send` rejects with `INVALID_ARGUMENT`.
 *
 * @example
 * const { entries, status, send, loadOlder } = useTimeline(room, 'message', { initial: 50 })
 */
export function useTimeline<C extends AnyContract, E extends InboxName<C>>(
  inbox: Inbox<C>,
  event: E,
  options?: UseTimelineOptions,
): UseInboxTimeline<C, E>
export function useTimeline<C extends AnyContract, E extends TimelineName<C>, Shown = DataOut<At<RoomListened<C>, E>>>(
  room: MaybeRoom<C>,
  event: E,
  options?: UseAmendedTimelineOptions<C, E, Shown>,
): UseTimeline<C, E, Shown>
export function useTimeline(
  room: object | null | undefined,
  event: string,
  { initial, max, amend, keepMs = 60_000 }: UseTimelineOptions & { readonly amend?: object | undefined } = {},
): unknown {
  if (!(keepMs >= 0)) throw new RoomfulError('INVALID_ARGUMENT', `keepMs must be 0 or more milliseconds, got ${keepMs}`)
  const create = () =>
    createMountedTimeline((room ?? undefined) as Room<AnyContract> | undefined, event as never, {
      initial,
      max,
      amend: amend as never,
      keepMs,
    })
  const timeline = useDisposable(create, [room, event, initial, max, amend, keepMs])
  const { subscribe, getState, getInitialState } = timeline.state
  const { version: _, ...state } = useSyncExternalStore(subscribe, getState, getInitialState)
  useUnmount(timeline.hold, [timeline])
  const { send, retry, discard, loadOlder, loadNewer, loadLatest } = timeline
  return { ...state, send, retry, discard, loadOlder, loadNewer, loadLatest }
}
