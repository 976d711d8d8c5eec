'use client'
import { type AnyContract, type Client, RoomfulError } from '@roomful/client'
import { createContext, createElement, type ReactNode, useContext } from 'react'
import type { ClientHooks, Hooks } from './bound-hooks.ts'
import type { clientHooks } from './client-hooks.ts'
import { useConnection, useSocket } from './use-connection.ts'
import { useEvent } from './use-event.ts'
import { useRoom } from './use-room.ts'

type AnyHook = (...args: unknown[]) => unknown

type Options = { readonly client?: unknown } | null | undefined

interface ProviderProps {
  readonly client: unknown
  readonly children?: ReactNode
}

/**
 * Binds the hooks that take a client to one client, typed by its contract. `RoomfulProvider` replaces the client, in tests
 * for example; without a client (`createHooks<typeof chat>()`) it is required. A hook that finds no client throws
 * `INVALID_ARGUMENT`.
 *
 * `clientHooks` adds the other hooks over a client. They are an argument, so that a page that does not use them need not
 * load them.
 *
 * @example
 * export const { useSocket, useRoom, useEvent } = createHooks(client)
 * export const { useRoom, useOutbox, useEmitWithAck } = createHooks(client, clientHooks)
 */
export function createHooks<C extends AnyContract>(
  client: Client<C> | undefined,
  hooks: typeof clientHooks,
): Hooks<C> & ClientHooks<C>
export function createHooks<C extends AnyContract>(client?: Client<C>): Hooks<C>
export function createHooks<C extends AnyContract>(client?: Client<C>, hooks?: typeof clientHooks): unknown {
  const ClientContext = createContext(client)

  const bind = (hook: AnyHook): AnyHook =>
    function useBound(...args) {
      const nearest = useContext(ClientContext)
      // A hook for events was given its client or room: `useEvent(room, 'message', handler)`, `useEvent(prices, 7, handler)`.
      if (typeof args[1] === 'string' || (args.length > 2 && typeof args[1] !== 'function')) return hook(...args)
      // Options are the first argument or the second.
      const own = (args[0] as Options)?.client ?? (args[1] as Options)?.client ?? nearest
      if (own) return hook(own, ...args)
      throw new RoomfulError('INVALID_ARGUMENT', 'no client: expected createHooks(client) or a <RoomfulProvider>')
    }

  const bound: Record<string, unknown> = { useClient, useSocket, useConnection, useRoom, useEvent, ...hooks }
  for (const name in bound) bound[name] = bind(bound[name] as AnyHook)
  bound['RoomfulProvider'] = ({ client: value, children }: ProviderProps) =>
    createElement(ClientContext.Provider, { value: value as Client<C> }, children)
  return bound
}

const useClient = (client: unknown): unknown => client
