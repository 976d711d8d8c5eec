import { useSyncExternalStore } from 'react'

/** The name of the room, from the page's address after `#`. So reload, back and shared links open the right room. */
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
    return name // for example a single `%`: use the name as it is
  }
}
