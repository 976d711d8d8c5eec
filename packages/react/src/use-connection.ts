'use client'
import type { AnyContract, Client, ConnectionState, User } from '@roomful/client'
import { type IsEqual, useSelected } from './use-selected.ts'

/** A part of the connection's state; see `Hooks`. */
export function useConnectionOf<C extends AnyContract, S = ConnectionState<User<C>>>(
  client: Client<C>,
  selector?: (state: ConnectionState<User<C>>) => S,
  isEqual?: IsEqual<S>,
): S {
  return useSelected(client.connection, selector, isEqual, client.autoConnect)
}
