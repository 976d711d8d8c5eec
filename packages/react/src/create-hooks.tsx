'use client'
import { type AnyContract, type Client, RoomfulError } from '@roomful/client'
import { createContext, useContext } from 'react'
import type { Hooks } from './types.ts'
import { type Heard, useEventOf } from './use-event.ts'
import { useRoomOf } from './use-room.ts'
import { useSocketOf } from './use-socket.ts'

/**
 * Makes the hooks of one client, typed by its contract: no provider is needed, and `RoomfulProvider` replaces the client in
 * tests. Without a client (`createHooks<typeof chat>()`) it comes from `RoomfulProvider`.
 *
 * @example
 * export const { useSocket, useRoom, useEvent } = createHooks(client)
 */
export function createHooks<C extends AnyContract>(client?: Client<C>): Hooks<C> {
  const ClientContext = createContext(client)

  function useClient(): Client<C> {
    const found = useContext(ClientContext)
    if (found) return found
    throw new RoomfulError(
      'INVALID_ARGUMENT',
      'no client: give one to createHooks(client), or render <RoomfulProvider client={…}>',
    )
  }

  function useEvent(...args: unknown[]): void {
    const client = useClient()
    const [heard, event, handler] = args.length > 2 ? args : [client, ...args]
    useEventOf(heard as Heard | undefined, event as string, handler as () => void)
  }

  return {
    RoomfulProvider: ({ client: replacement, children }) => (
      <ClientContext.Provider value={replacement}>{children}</ClientContext.Provider>
    ),
    useClient,
    useSocket: () => useSocketOf(useClient()),
    useRoom: ((name) => useRoomOf(useClient(), name)) as Hooks<C>['useRoom'],
    useEvent,
  }
}
