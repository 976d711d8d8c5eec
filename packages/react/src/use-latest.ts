'use client'
import { useInsertionEffect, useRef } from 'react'

/** The value of the last committed render, for event handlers. A render must not read it. */
export function useLatest<T>(value: T): { readonly current: T } {
  const latest = useRef(value)
  useInsertionEffect(() => {
    latest.current = value
  })
  return latest
}
