import type { Room } from '@roomful/client'
import { usePresence } from '@roomful/react'
import type { chat } from '@roomful-demo/chat-contract'
import { useEffect, useSyncExternalStore } from 'react'

/** Sets the user's status in a room: `away` while this page is hidden. */
export function useOwnStatus(room: Room<typeof chat>): void {
  const { set } = usePresence(room)
  const isHidden = useSyncExternalStore(subscribe, () => document.visibilityState === 'hidden')
  useEffect(() => set({ status: isHidden ? 'away' : 'online' }), [set, isHidden])
}

function subscribe(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener)
  return () => document.removeEventListener('visibilitychange', listener)
}
