'use client'
import type {
  AnyContract,
  Client,
  ClientHandler,
  EventName,
  Inbox,
  InboxHandler,
  InboxName,
  KeyedEvents,
  RoomHandler,
  RoomListened,
  ServerToClient,
} from '@roomful/client'
import { useEffect } from 'react'
import type { EventSource, Handler } from './event-source.ts'
import type { MaybeRoom } from './types.ts'
import { useLatest } from './use-latest.ts'

/**
 * Calls the handler for every event of a client or a room while mounted; never renders. A handler that changes with each
 * render causes no new subscription: an event goes to the handler of the last committed render.
 *
 * @example
 * useEvent(room, 'message', ({ text }, { from }) => console.log(from?.name, text))
 */
export function useEvent<C extends AnyContract, E extends EventName<ServerToClient<C>>>(
  client: Client<C>,
  event: E,
  handler: ClientHandler<C, E>,
): void
/** The same for an event of the user's inbox, or `gap`. */
export function useEvent<C extends AnyContract, E extends InboxName<C> | 'gap'>(
  inbox: Inbox<C>,
  event: E,
  handler: InboxHandler<C, E>,
): void
/** The same for an event of a room, or `gap`. Without a room it does nothing. */
export function useEvent<C extends AnyContract, E extends EventName<RoomListened<C>> | 'gap'>(
  room: MaybeRoom<C>,
  event: E,
  handler: RoomHandler<C, E>,
): void
/** The same for the events of one key, of `useKeyedEvents` or `createKeyedEvents`. */
export function useEvent<Key, Args extends readonly unknown[]>(
  events: KeyedEvents<Key, Args>,
  key: Key,
  handler: (...args: Args) => void,
): void
export function useEvent(source: unknown, event: unknown, handler: unknown): void {
  const latest = useLatest(handler as Handler)
  useEffect(
    () => (source as EventSource | null | undefined)?.on(event, (...args) => latest.current(...args)),
    [source, event, latest],
  )
}
