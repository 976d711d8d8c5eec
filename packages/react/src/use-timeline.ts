'use client'
import type {
  AnyContract,
  At,
  DataOut,
  Room,
  RoomListened,
  Timeline,
  TimelineName,
  TimelineState,
  User,
} from '@roomful/client'
import * as React from 'react'
import { createMountedTimeline } from './mounted-timeline.ts'
import { useDisposable } from './use-disposable.ts'

export type UseTimeline<C extends AnyContract, E extends TimelineName<C>> = Omit<
  TimelineState<DataOut<At<RoomListened<C>, E>>, User<C>>,
  'version'
> &
  Pick<Timeline<C, E>, 'send' | 'retry' | 'discard' | 'loadOlder'>

const { useEffect, useInsertionEffect, useSyncExternalStore } = React
/**
 * Where React can hide a component and show it again, the end of its effects need not be its own: that of an insertion
 * effect is. An older React hides none, and may forget insertion effects of what it removes.
 */
const useUnmount = 'Activity' in React ? useInsertionEffect : useEffect

/**
 * One event of a room as an ordered list, with our own messages from the moment in which they are sent; renders at most once
 * a frame. The list lives as long as the component, also while that is hidden; another room or event begins another one.
 * Without a room it is empty, and what is sent rejects with `INVALID_ARGUMENT`. `max` entries are kept (10,000).
 *
 * @example
 * const { entries, send, loadOlder } = useTimeline(room, 'message')
 */
export function useTimeline<C extends AnyContract, E extends TimelineName<C>>(
  room: Room<C> | undefined,
  event: E,
  { max }: { readonly max?: number | undefined } = {},
): UseTimeline<C, E> {
  const timeline = useDisposable(() => createMountedTimeline(room, event, max), [room, event, max])
  const { subscribe, getState, getInitialState } = timeline.state
  const { entries, hasOlder, isLoading, error } = useSyncExternalStore(subscribe, getState, getInitialState)
  useUnmount(timeline.hold, [timeline])
  const { send, retry, discard, loadOlder } = timeline
  return { entries, hasOlder, isLoading, error, send, retry, discard, loadOlder }
}
