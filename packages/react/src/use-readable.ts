'use client'
import type { ReadonlyStore } from '@roomful/client'
import { useSyncExternalStore } from 'react'

/** What a store holds; renders when that changes. On a server, and while hydrating, what it held at first. */
export function useReadable<T>(store: ReadonlyStore<T>): T {
  return useSyncExternalStore(store.subscribe, store.getState, store.getInitialState)
}
