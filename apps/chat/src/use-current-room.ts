import { useSyncExternalStore } from 'react'

/** The room that the address names after `#`, so that reload, back and a shared link lead into it. */
export function useCurrentRoom(): string | undefined {
  return useSyncExternalStore(subscribe, roomInAddress)
}

export function openRoom(name: string): void {
  location.hash = encodeURIComponent(name)
}

export function closeRoom(): void {
  location.hash = ''
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}

function roomInAddress(): string | undefined {
  const name = location.hash.slice(1)
  if (name === '') return undefined
  try {
    return decodeURIComponent(name)
  } catch {
    return name // a lone `%`: the name as it stands
  }
}
