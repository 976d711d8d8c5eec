import type { AnyContract } from '@roomful/contract'
import type { Client } from '../client.ts'
import { assertNumber } from '../options.ts'
import { rethrow } from '../reporting.ts'
import { createLazyStore, type ReadonlyStore } from '../store.ts'
import type { ConnectionState } from './connection-state.ts'

/** What to tell people about an outage; undefined: nothing. */
export type LostConnection = 'lost' | 'restored' | undefined

export interface LostConnectionOptions {
  /** How long an outage lasts before it is `lost`, in milliseconds. A shorter one is not told. @default 5000 */
  readonly lostAfterMs?: number
  /** How long it is `restored` afterwards, in milliseconds. @default 3000 */
  readonly restoredForMs?: number
}

/**
 * Whether the connection has been away for long, for banners: `lost`, then `restored` for a while. `lost` at once where the
 * server ended the connection for good; nothing after the app's own `disconnect()`. It works only while it has a listener.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for a time that is no number of milliseconds.
 */
export function createLostConnection<C extends AnyContract>(
  { connection }: Pick<Client<C>, 'connection'>,
  { lostAfterMs = 5_000, restoredForMs = 3_000 }: LostConnectionOptions = {},
): ReadonlyStore<LostConnection> {
  assertNumber('lostAfterMs', lostAfterMs)
  assertNumber('restoredForMs', restoredForMs)

  return createLazyStore<LostConnection>(
    undefined,
    (set) => {
      let shown: LostConnection
      /** The next change that comes by itself: to `lost`, or the end of `restored`. */
      let timer: ReturnType<typeof setTimeout> | undefined
      const show = (next: LostConnection): void => {
        clearTimeout(timer)
        timer = undefined
        shown = next
        set(next)
      }
      const follow = (state: ConnectionState): void => {
        const { status, reason } = state
        if (status === 'idle') return show(undefined)
        if (status === 'disconnected') return show(reason === 'client' ? undefined : 'lost')
        if (status === 'connected') {
          if (shown === 'restored') return
          const wasLost = shown === 'lost'
          show(wasLost ? 'restored' : undefined)
          if (wasLost) timer = setTimeout(show, restoredForMs, undefined)
          return
        }
        if (shown === 'restored') show(undefined)
        if (shown === 'lost') return
        const restMs = Math.min(state.since - Date.now(), 0) + lostAfterMs // the clock may have been put back
        if (restMs > 0) timer ??= setTimeout(show, restMs, 'lost')
        else show('lost')
      }
      const unsubscribe = connection.subscribe(follow as (state: unknown) => void)
      follow(connection.getState() as ConnectionState)
      return () => {
        unsubscribe()
        show(undefined)
      }
    },
    rethrow,
  )
}
