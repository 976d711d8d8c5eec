'use client'
import { useEffect } from 'react'

/** Calls `hold` when mounted, and its undo when unmounted. */
export function useHold(hold: (() => (() => void) | void) | undefined): void {
  useEffect(() => hold?.(), [hold])
}
