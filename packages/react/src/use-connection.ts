'use client'
import type { AnyContract, Client, ConnectionState, User } from '@roomful/client'
import { useEffect } from 'react'
import type { EqualityOption, UseSocket } from './types.ts'
import { useSelected } from './use-selected.ts'

/**
 * The connection's state, or the part that the selector returns. Connects when mounted; renders when that part changes.
 *
 * @example
 * const isOnline = useConnection(client, (state) => state.status === 'connected')
 */
export function useConnection<C extends AnyContract, S = ConnectionState<User<C>>>(
  { autoConnect, connection }: Client<C>,
  selector?: (state: ConnectionState<User<C>>) => S,
  { isEqual }: EqualityOption<S> = {},
): S {
  useEffect(autoConnect, [autoConnect])
  return useSelected(connection, selector, isEqual)
}

/**
 * The connection's state, narrowed by its `status`, and the client's calls. Connects when mounted; renders when the state changes.
 *
 * @example
 * const { status, emit } = useSocket(client)
 */
export function useSocket<C extends AnyContract>(client: Client<C>): UseSocket<C> {
  const state = useConnection(client)
  const { emit, send, emitWithAck, connect, disconnect } = client
  return { ...state, client, emit, send, emitWithAck, connect, disconnect }
}
