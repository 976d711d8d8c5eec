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
 * `lost` during a long outage, `restored` for a while after it, for banners; undefined otherwise, also during a short outage
 * and after the app's own `disconnect()`. Times are in milliseconds.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for an invalid time.
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
