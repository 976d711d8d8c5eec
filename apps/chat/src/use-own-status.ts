import type { Room, RoomState } from '@roomful/client'
import { usePresence } from '@roomful/react'
import type { chat } from '@roomful-demo/chat-contract'
import { useEffect, useSyncExternalStore } from 'react'

/** Says in a room whether anybody looks at this page. */
export function useOwnStatus(room: Room<typeof chat>, status: RoomState['status']): void {
  const { set } = usePresence(room)
  const isHidden = useSyncExternalStore(subscribe, () => document.visibilityState === 'hidden')
  useEffect(() => {
    // Anew each time that we go in: a room that is left forgets it.
    if (status !== 'left') set({ status: isHidden ? 'away' : 'online' })
  }, [set, isHidden, status])
}

function subscribe(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener)
  return () => document.removeEventListener('visibilitychange', listener)
}
