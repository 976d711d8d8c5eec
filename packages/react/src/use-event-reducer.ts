'use client'
import type {
  AnyContract,
  Client,
  ClientHandler,
  EventName,
  Room,
  RoomHandler,
  RoomListened,
  ServerToClient,
} from '@roomful/client'
import { useInsertionEffect, useSyncExternalStore } from 'react'
import { createReduction, type Reducer } from './event-reduction.ts'
import type { Heard } from './heard.ts'
import type { Comparing } from './types.ts'
import { useMade } from './use-made.ts'

type Args<Handler> = Handler extends (...args: infer A) => void ? A : never

/**
 * A state made of every event since it was mounted, by the newest reducer; renders at most once a frame, and not where the
 * state is equal. Another room or event begins again, with the initial state of that render. What the reducer or `isEqual`
 * throws goes to the nearest error boundary.
 *
 * @example
 * const count = useEventReducer(room, 'message', (count) => count + 1, 0)
 */
export function useEventReducer<C extends AnyContract, E extends EventName<ServerToClient<C>>, S>(
  client: Client<C>,
  event: E,
  reducer: (state: S, ...args: Args<ClientHandler<C, E>>) => S,
  initial: S,
  options?: Comparing<S>,
): S
export function useEventReducer<C extends AnyContract, E extends EventName<RoomListened<C>> | 'gap', S>(
  room: Room<C> | undefined,
  event: E,
  reducer: (state: S, ...args: Args<RoomHandler<C, E>>) => S,
  initial: S,
  options?: Comparing<S>,
): S
export function useEventReducer<S>(
  heard: unknown,
  event: string,
  reducer: unknown,
  initial: S,
  { isEqual = Object.is }: Comparing<S> = {},
): S {
  const reduction = useMade(() => createReduction(heard as Heard | undefined, event, initial), [heard, event])
  useInsertionEffect(() => reduction.use(reducer as Reducer<S>, isEqual))
  return useSyncExternalStore(reduction.subscribe, reduction.getState, reduction.getInitialState)
}
