'use client'
import {
  type AnyContract,
  type Client,
  type ClientHandler,
  createKeyedEvents,
  type EventName,
  type Inbox,
  type InboxHandler,
  type InboxName,
  type KeyedEvents,
  type RoomHandler,
  type RoomListened,
  type ServerToClient,
} from '@roomful/client'
import type { MaybeRoom } from './types.ts'

type Args<Handler> = Handler extends (...args: infer A) => unknown ? A : never
type SharedEvents = KeyedEvents<unknown, unknown[]>
type ByKeyOf = WeakMap<object, SharedEvents>

const NO_EVENTS: SharedEvents = { event: '', on: () => () => {} }
const bySource = new WeakMap<object, Map<string, ByKeyOf>>()

/**
 * One event by key, for `useEvent` and `useEventReducer`: an event reaches only the components of its key, with one look-up.
 * All components with the same client, event and `keyOf` share it, so `keyOf` is a function outside the components.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for a `keyOf` that is no function.
 * @example
 * const bySymbol = ({ symbol }: Price) => symbol
 * const prices = useKeyedEvents(room, 'price', bySymbol)
 * const price = useEventReducer(prices, symbol, (_, price) => price.value, 0)
 */
export function useKeyedEvents<C extends AnyContract, E extends EventName<ServerToClient<C>>, Key>(
  client: Client<C>,
  event: E,
  keyOf: (...args: Args<ClientHandler<C, E>>) => Key,
): KeyedEvents<Key, Args<ClientHandler<C, E>>>
/** The same for an event of the user's inbox. */
export function useKeyedEvents<C extends AnyContract, E extends InboxName<C>, Key>(
  inbox: Inbox<C>,
  event: E,
  keyOf: (...args: Args<InboxHandler<C, E>>) => Key,
): KeyedEvents<Key, Args<InboxHandler<C, E>>>
/** The same for an event of a room. Without a room there are no events. */
export function useKeyedEvents<C extends AnyContract, E extends EventName<RoomListened<C>>, Key>(
  room: MaybeRoom<C>,
  event: E,
  keyOf: (...args: Args<RoomHandler<C, E>>) => Key,
): KeyedEvents<Key, Args<RoomHandler<C, E>>>
export function useKeyedEvents(
  source: object | null | undefined,
  event: string,
  keyOf: (...args: never[]) => unknown,
): SharedEvents {
  if (!source) return NO_EVENTS
  const byEvent = bySource.get(source) ?? new Map<string, ByKeyOf>()
  const byKeyOf: ByKeyOf = byEvent.get(event) ?? new WeakMap()
  const events = byKeyOf.get(keyOf) ?? createKeyedEvents(source as Client, event, keyOf)
  byKeyOf.set(keyOf, events)
  byEvent.set(event, byKeyOf)
  bySource.set(source, byEvent)
  return events
}
