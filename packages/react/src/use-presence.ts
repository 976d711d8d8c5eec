'use client'
import { type AnyContract, createPresence, type PresenceState, type Room, type RoomPresence } from '@roomful/client'
import { constant } from './constant.ts'
import { useSelected } from './use-selected.ts'

export type UsePresence<C extends AnyContract> = PresenceState<C> & Pick<RoomPresence<C>, 'set' | 'clear'>

const nothing = constant({ presence: undefined, error: undefined })
const ignore = (): void => {}

/** What we say about ourselves in a room, from this page; renders when that changes, at once. Without a room nothing is said. */
export function usePresence<C extends AnyContract>(room: Room<C> | undefined): UsePresence<C> {
  const presence = room && createPresence(room)
  const state = useSelected<PresenceState<C>>(presence?.state ?? nothing)
  return { ...state, set: presence?.set ?? ignore, clear: presence?.clear ?? ignore }
}
