'use client'
import {
  type AnyContract,
  type Client,
  createLostConnection,
  type LostConnection,
  type LostConnectionOptions,
} from '@roomful/client'
import { useMemo, useSyncExternalStore } from 'react'

/**
 * Whether the connection has been away for long (`lost`), or is back after that (`restored`), for banners; undefined
 * otherwise, and after a short outage or the app's own `disconnect()`. Times are in milliseconds.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for a time that cannot be meant.
 */
export function useLostConnection<C extends AnyContract>(
  client: Client<C>,
  { lostAfterMs = 5_000, restoredForMs = 3_000 }: LostConnectionOptions = {},
): LostConnection {
  const store = useMemo(
    () => createLostConnection(client, { lostAfterMs, restoredForMs }),
    [client, lostAfterMs, restoredForMs],
  )
  return useSyncExternalStore(store.subscribe, store.getState, store.getInitialState)
}
