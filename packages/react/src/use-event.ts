'use client'
import { useEffect } from 'react'
import type { Handler, Heard } from './heard.ts'
import { useNewest } from './use-newest.ts'

/** Hears every event while mounted. A handler that changes costs no new subscription, and is never an old one. */
export function useEventOf(heard: Heard | undefined, event: string, handler: Handler): void {
  const newest = useNewest(handler)
  useEffect(() => heard?.on(event, (...args) => newest.current(...args)), [heard, event, newest])
}
