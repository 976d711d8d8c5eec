import {
  type AnyContract,
  type EventName,
  RoomfulError,
  type RoomListened,
  type ServerToClient,
} from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import type { Client, ClientHandler } from '../client.ts'
import { assertListener, Listeners, type Unsubscribe } from '../emitter.ts'
import { reports, rethrow } from '../reporting.ts'
import type { Inbox, InboxHandler, InboxName } from '../rooms/inbox.ts'
import type { Room, RoomHandler } from '../rooms/room.ts'

type Args<Handler> = Handler extends (...args: infer A) => unknown ? A : never

/** The listeners of one event, by a key of the event. */
export interface KeyedEvents<Key, EventArgs extends readonly unknown[]> {
  /** The name of the event. */
  readonly event: string
  /**
   * Calls the handler for each event that has this key. Keys are compared as those of a `Map`.
   *
   * @throws RoomfulError `INVALID_ARGUMENT` for an event that the contract does not know, a reserved name, or a handler that is no function.
   */
  on(this: void, key: Key, handler: (...args: EventArgs) => void): Unsubscribe
}

/**
 * Listens to one event of a client, a room or the inbox for listeners that each want the events of one key: an event costs one
 * look-up, however many keys have listeners. It is one listener of the event, while it has listeners itself.
 *
 * `keyOf` gets the arguments of a listener. If it throws, `onError` gets the error, and the event goes to no listener.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for a `keyOf` that is no function.
 * @example
 * const prices = createKeyedEvents(room, 'price', ({ symbol }) => symbol)
 * const off = prices.on('ACME', ({ value }) => console.log(value))
 */
export function createKeyedEvents<C extends AnyContract, E extends EventName<ServerToClient<C>>, Key>(
  client: Client<C>,
  event: E,
  keyOf: (...args: Args<ClientHandler<C, E>>) => Key,
): KeyedEvents<Key, Args<ClientHandler<C, E>>>
export function createKeyedEvents<C extends AnyContract, E extends InboxName<C>, Key>(
  inbox: Inbox<C>,
  event: E,
  keyOf: (...args: Args<InboxHandler<C, E>>) => Key,
): KeyedEvents<Key, Args<InboxHandler<C, E>>>
export function createKeyedEvents<C extends AnyContract, E extends EventName<RoomListened<C>>, Key>(
  room: Room<C>,
  event: E,
  keyOf: (...args: Args<RoomHandler<C, E>>) => Key,
): KeyedEvents<Key, Args<RoomHandler<C, E>>>
export function createKeyedEvents(
  source: object,
  event: string,
  keyOf: (...args: never[]) => unknown,
): KeyedEvents<unknown, unknown[]> {
  if (typeof keyOf !== 'function')
    throw new RoomfulError('INVALID_ARGUMENT', `keyOf: expected a function that returns a key, got ${describe(keyOf)}`)
  const report = reports.get(source) ?? rethrow
  const listeners = new Listeners<unknown[], unknown>()
  let off: Unsubscribe | undefined
  const dispatch = (...args: unknown[]): void =>
    listeners.of((keyOf as (...args: unknown[]) => unknown)(...args))?.call(args, (error) => report(error, event))

  return {
    event,
    on(key, handler) {
      assertListener(handler)
      off ??= (source as Room).on(event, dispatch)
      const remove = listeners.add(key, handler)
      return () => {
        remove()
        if (listeners.size > 0) return
        off?.()
        off = undefined
      }
    },
  }
}
