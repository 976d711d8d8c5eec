import { useState } from 'react'

/** If more rooms are open, the one that was visited longest ago is closed. Its refused messages are then discarded. */
const MAX_OPEN = 12

/** The names of the open rooms, including the current one, in alphabetical order so that their elements keep their places. */
export function useOpenedRooms(current: string | undefined): readonly string[] {
  const [opened, setOpened] = useState<readonly string[]>([])
  if (current !== undefined && current !== opened.at(-1))
    setOpened([...opened.filter((name) => name !== current), current].slice(-MAX_OPEN))
  return [...opened].sort()
}
