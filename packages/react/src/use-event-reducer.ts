'use client'
import type {
  AnyContract,
  Client,
  ClientHandler,
  EventName,
  Inbox,
  InboxHandler,
  InboxName,
  RoomHandler,
  RoomListened,
  ServerToClient,
} from '@roomful/client'
import { useInsertionEffect, useSyncExternalStore } from 'react'
import { createEventReducer, type Reducer } from './event-reducer.ts'
import type { EventSource } from './event-source.ts'
import type { AnyKeyedEvents, EqualityOption, KeyedArgs, KeyOf, MaybeRoom } from './types.ts'
import { useDisposable } from './use-disposable.ts'

type Args<Handler> = Handler extends (...args: infer A) => void ? A : never

/**
 * A state that the latest reducer computes from every event since mounting. Renders at most once a frame, and only when the
 * state is not equal to the previous one. Another client, room or event starts again with the `initial` of that render. An
 * error of the reducer or of `isEqual` goes to the nearest error boundary.
 *
 * @example
 * const count = useEventReducer(room, 'message', (count) => count + 1, 0)
 */
export function useEventReducer<C extends AnyContract, E extends EventName<ServerToClient<C>>, S>(
  client: Client<C>,
  event: E,
  reducer: (state: S, ...args: Args<ClientHandler<C, E>>) => S,
  initial: S,
  options?: EqualityOption<S>,
): S
/** The same for an event of the user's inbox, or `gap`. */
export function useEventReducer<C extends AnyContract, E extends InboxName<C> | 'gap', S>(
  inbox: Inbox<C>,
  event: E,
  reducer: (state: S, ...args: Args<InboxHandler<C, E>>) => S,
  initial: S,
  options?: EqualityOption<S>,
): S
/** The same for an event of a room, or `gap`. Without a room the state stays `initial`. */
export function useEventReducer<C extends AnyContract, E extends EventName<RoomListened<C>> | 'gap', S>(
  room: MaybeRoom<C>,
  event: E,
  reducer: (state: S, ...args: Args<RoomHandler<C, E>>) => S,
  initial: S,
  options?: EqualityOption<S>,
): S
/** The same for the events of one key, of `useKeyedEvents` or `createKeyedEvents`. */
export function useEventReducer<Events extends AnyKeyedEvents, S>(
  events: Events,
  key: KeyOf<Events>,
  reducer: (state: S, ...args: KeyedArgs<Events>) => S,
  initial: S,
  options?: EqualityOption<S>,
): S
export function useEventReducer<S>(
  source: unknown,
  event: unknown,
  reducer: unknown,
  initial: S,
  { isEqual = Object.is }: EqualityOption<S> = {},
): S {
  const eventSource = (source as EventSource | null) ?? undefined
  const store = useDisposable(() => createEventReducer(eventSource, event, initial), [eventSource, event])
  useInsertionEffect(() => store.setReducer(reducer as Reducer<S>, isEqual))
  return useSyncExternalStore(store.subscribe, store.getState, store.getInitialState)
}
