import type { AnyContract } from '@roomful/contract'
import type { Client } from '../client.ts'
import { createGuardedStore, type ReadonlyStore } from '../guarded-store.ts'
import { assertNumber } from '../options.ts'
import type { ConnectionState } from './connection-state.ts'

/** What to tell people of an outage; undefined: nothing. */
export type LostConnection = 'lost' | 'restored' | undefined

export interface LostConnectionOptions {
  /** How long there may be no connection before it is `lost`. A shorter outage is not told. @default 5,000 */
  readonly lostAfterMs?: number
  /** How long it is `restored` afterwards. @default 3,000 */
  readonly restoredForMs?: number
}

/**
 * Whether a connection that is sought has been away for long, for banners: `lost`, then `restored` for a while. `lost` at once
 * where the server ended it for good; nothing after the app's own `disconnect()`. It watches only while it is watched itself.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for a time that is no number of milliseconds.
 */
export function lostConnection<C extends AnyContract>(
  { connection }: Pick<Client<C>, 'connection'>,
  { lostAfterMs = 5_000, restoredForMs = 3_000 }: LostConnectionOptions = {},
): ReadonlyStore<LostConnection> {
  assertNumber('lostAfterMs', lostAfterMs)
  assertNumber('restoredForMs', restoredForMs)
  const store = createGuardedStore<LostConnection>(undefined, rethrow)
  const { getState, getInitialState } = store
  let watchers = 0
  let unwatch = (): void => {}
  /** Of the one thing that comes by itself: `lost`, or the end of `restored`. */
  let timer: ReturnType<typeof setTimeout> | undefined

  const stopTimer = (): void => {
    clearTimeout(timer)
    timer = undefined
  }
  const show = (shown: LostConnection): void => {
    stopTimer()
    if (shown !== getState()) store.setState(shown, true)
  }
  const follow = (state: ConnectionState): void => {
    const { status, reason } = state
    const shown = getState()
    if (status === 'idle') return show(undefined)
    if (status === 'disconnected') return show(reason === 'client' ? undefined : 'lost')
    if (status === 'connected') {
      if (shown === 'restored') return
      show(shown === 'lost' ? 'restored' : undefined)
      if (shown === 'lost') timer = setTimeout(show, restoredForMs, undefined)
      return
    }
    if (shown === 'restored') show(undefined)
    if (shown === 'lost') return
    const restMs = Math.min(state.since - Date.now(), 0) + lostAfterMs // the clock may have been put back
    if (restMs > 0) timer ??= setTimeout(show, restMs, 'lost')
    else show('lost')
  }

  return {
    getState,
    getInitialState,
    subscribe(listener) {
      const unsubscribe = store.subscribe(listener)
      if (watchers++ === 0) {
        unwatch = connection.subscribe(follow as (state: unknown) => void)
        follow(connection.getState() as ConnectionState)
      }
      let isWatching = true
      return () => {
        if (!isWatching) return
        isWatching = false
        unsubscribe()
        if (--watchers > 0) return
        unwatch()
        show(undefined)
      }
    },
  }
}

/** A listener that throws harms no other; the page's own handler of errors hears of it. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
