'use client'
import type { AnyContract, Client, OutboxStatus } from '@roomful/client'
import { useEffect } from 'react'
import { sharedFrameThrottled } from './frame-throttled.ts'
import type { EqualityOption } from './types.ts'
import { useSelected } from './use-selected.ts'

/**
 * The number of messages that the server has not confirmed, and where they are stored, or the part that the selector
 * returns. Renders at most once a frame.
 *
 * @example
 * const isEmpty = useOutbox(client, ({ queued, sending }) => queued + sending === 0)
 */
export function useOutbox<C extends AnyContract, S = OutboxStatus>(
  client: Client<C>,
  selector?: (status: OutboxStatus) => S,
  { isEqual }: EqualityOption<S> = {},
): S {
  return useSelected(sharedFrameThrottled(client.outbox), selector, isEqual)
}

/**
 * Makes the browser ask before the page is closed while unconfirmed messages would be lost with it: those in memory, and
 * those that `plainRooms()` has queued. Never renders; does nothing where there is no `beforeunload` event, as in React Native.
 */
export function useUnsentGuard<C extends AnyContract>({ outbox }: Client<C>): void {
  useEffect(() => {
    if (typeof addEventListener !== 'function') return
    const ask = (event: Event): void => event.preventDefault()
    const removeGuard = (): void => removeEventListener('beforeunload', ask)
    // Only while it is needed: a page with this listener stays out of the back/forward cache.
    const update = (): void => {
      const { queued, sending, storage } = outbox.getState()
      const endsWithPage = storage === 'memory' || storage === 'none'
      if (queued + sending > 0 && endsWithPage) addEventListener('beforeunload', ask)
      else removeGuard()
    }
    const unsubscribe = outbox.subscribe(update)
    update()
    return () => {
      unsubscribe()
      removeGuard()
    }
  }, [outbox])
}
