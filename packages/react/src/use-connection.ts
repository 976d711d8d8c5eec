'use client'
import type { AnyContract, Client, ConnectionState, User } from '@roomful/client'
import { useHold } from './use-hold.ts'
import { type IsEqual, useSelected } from './use-selected.ts'

/** A part of the connection's state; see `Hooks`. */
export function useConnectionOf<C extends AnyContract, S = ConnectionState<User<C>>>(
  client: Client<C>,
  selector?: (state: ConnectionState<User<C>>) => S,
  isEqual?: IsEqual<S>,
): S {
  useHold(client.autoConnect)
  return useSelected(client.connection, selector, isEqual)
}
