import { useState } from 'react'

/** Of those that were opened; the one that was left longest ago is closed, and with it what was refused there. */
const MAX_OPEN = 12

/** The names of the rooms that were opened, the current one among them, each in its place in the page. */
export function useOpenedRooms(current: string | undefined): readonly string[] {
  const [opened, setOpened] = useState<readonly string[]>([])
  if (current !== undefined && current !== opened.at(-1))
    setOpened([...opened.filter((name) => name !== current), current].slice(-MAX_OPEN))
  return [...opened].sort()
}
