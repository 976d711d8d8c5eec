'use client'
import { type AnyContract, createPresence, type PresenceState, type RoomPresence } from '@roomful/client'
import { constantStore } from './constant-store.ts'
import type { MaybeRoom } from './types.ts'
import { useSelected } from './use-selected.ts'

export type UsePresence<C extends AnyContract> = PresenceState<C> & Pick<RoomPresence<C>, 'set' | 'clear'>

const noPresence = constantStore({ presence: undefined, error: undefined })
const ignore = (): void => {}

/**
 * The presence that this page has set in a room, and its calls. Renders at once when it changes. Without a room, `set` and
 * `clear` do nothing.
 */
export function usePresence<C extends AnyContract>(room: MaybeRoom<C>): UsePresence<C> {
  const presence = room ? createPresence(room) : undefined
  const state = useSelected<PresenceState<C>>(presence?.state ?? noPresence)
  return { ...state, set: presence?.set ?? ignore, clear: presence?.clear ?? ignore }
}
