'use client'
import { type AnyContract, type Client, RoomfulError } from '@roomful/client'
import { createContext, createElement, useContext } from 'react'
import type { Hooks, OfClient } from './types.ts'
import { useConnectionOf } from './use-connection.ts'
import { useEventOf } from './use-event.ts'
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

  const useClient = (options?: OfClient<C>): Client<C> => {
    const nearest = useContext(ClientContext)
    return found(options?.client ?? nearest)
  }

  return {
    RoomfulProvider: ({ client: value, children }) => createElement(ClientContext.Provider, { value }, children),
    useClient,
    useSocket: (options) => useSocketOf(useClient(options)),
    useConnection: ((selector, options) =>
      useConnectionOf(useClient(options), selector, options?.isEqual)) as Hooks<C>['useConnection'],
    useRoom: ((name, options) => useRoomOf(useClient(options), name)) as Hooks<C>['useRoom'],
    useEvent(...args: unknown[]) {
      const nearest = useContext(ClientContext)
      useEventOf(...((args.length > 2 ? args : [found(nearest), ...args]) as Parameters<typeof useEventOf>))
    },
  }
}

function found<C>(client: C | undefined): C {
  if (client) return client
  throw new RoomfulError('INVALID_ARGUMENT', 'no client: createHooks(client) or a <RoomfulProvider> gives one')
}
