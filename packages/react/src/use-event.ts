'use client'
import { useEffect, useInsertionEffect, useRef } from 'react'
import type { Handler, Heard } from './heard.ts'

/** Hears every event while mounted. A handler that changes costs no new subscription, and is never an old one. */
export function useEventOf(heard: Heard | undefined, event: string, handler: Handler): void {
  const newest = useRef(handler)
  useInsertionEffect(() => {
    newest.current = handler
  })
  useEffect(() => heard?.on(event, (...args) => newest.current(...args)), [heard, event])
}
