import { createTimeline, type Room, type Timeline } from '@roomful/client'
import type { chat } from '@roomful-demo/chat-contract'
import { useEffect } from 'react'
import { useStore } from 'zustand'

const PAGE = 100
/** As many as a page shows without getting slow; the oldest give way. */
const MAX_SHOWN = 1000

const timelines = new WeakMap<Room<typeof chat>, Timeline<typeof chat, 'message'>>()

/** A room's timeline stays when the room is left: what was refused there is still to be tried again. */
function timelineOf(room: Room<typeof chat>): Timeline<typeof chat, 'message'> {
  const known = timelines.get(room)
  if (known) return known
  const timeline = createTimeline(room, 'message', { max: MAX_SHOWN })
  timelines.set(room, timeline)
  return timeline
}

/** What was said in a room, with our own words from the moment in which they are sent. */
export function useTimeline(room: Room<typeof chat>) {
  const timeline = timelineOf(room)
  const { entries, hasOlder, isLoading, error } = useStore(timeline.state)
  const isJoined = useStore(room.state, ({ status }) => status === 'joined')

  useEffect(() => {
    if (isJoined && hasOlder === undefined) void timeline.loadOlder(PAGE)
  }, [timeline, isJoined, hasOlder])

  return {
    entries,
    isLoading,
    /** Whether nobody knows yet what was said before we came. */
    isUnknown: hasOlder === undefined && !error,
    hasOlder: hasOlder === true && entries.length < MAX_SHOWN,
    hasFailed: isJoined && error !== undefined,
    loadOlder: () => void timeline.loadOlder(PAGE),
    retry: (key: string) => void timeline.retry(key),
    discard: timeline.discard,
  }
}
