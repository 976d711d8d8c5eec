'use client'
import { useInsertionEffect, useRef } from 'react'

/** What the last render that was committed gave: for handlers and calls, not to be read in a render. */
export function useNewest<T>(value: T): { readonly current: T } {
  const newest = useRef(value)
  useInsertionEffect(() => {
    newest.current = value
  })
  return newest
}
