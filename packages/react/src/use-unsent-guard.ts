'use client'
import type { AnyContract, Client } from '@roomful/client'
import { useEffect } from 'react'

/**
 * Lets the browser ask before the page is left while messages would be lost with it: some wait, and in its memory only.
 * Never renders.
 */
export function useUnsentGuard<C extends AnyContract>({ outbox }: Client<C>): void {
  useEffect(() => {
    const ask = (event: Event): void => event.preventDefault()
    const unguard = (): void => removeEventListener('beforeunload', ask)
    // Only while it is needed: a page with such a listener stays out of the back/forward cache.
    const follow = (): void => {
      const { queued, sending, place } = outbox.getState()
      if (queued + sending > 0 && place === 'memory') addEventListener('beforeunload', ask)
      else unguard()
    }
    const unsubscribe = outbox.subscribe(follow)
    follow()
    return () => {
      unsubscribe()
      unguard()
    }
  }, [outbox])
}
