'use client'
import { type AnyContract, createPresence, type Member, type Occupancy, type ReadonlyStore } from '@roomful/client'
import { constantStore } from './constant-store.ts'
import { sharedFrameThrottled } from './frame-throttled.ts'
import type { EqualityOption, MaybeRoom } from './types.ts'
import { useSelected } from './use-selected.ts'

type Members<C extends AnyContract> = ReadonlyMap<string, Member<C>>

const noMembers = constantStore<ReadonlyMap<string, never>>(new Map<string, never>())
const noOccupancy = constantStore<Occupancy>({ count: undefined, isPartial: false })
const noSelf = constantStore(undefined)

/**
 * The members of a room by user id, or the part that the selector returns; empty without a room, and on a server that does
 * not send members. Renders at most once a frame.
 *
 * @example
 * const count = useMembers(room, (members) => members.size)
 */
export function useMembers<C extends AnyContract, S = Members<C>>(
  room: MaybeRoom<C>,
  selector?: (members: Members<C>) => S,
  { isEqual }: EqualityOption<S> = {},
): S {
  const members = room?.members ?? (noMembers as ReadonlyStore<Members<C>>)
  return useSelected(sharedFrameThrottled(members), selector, isEqual)
}

/** Like `useMembers`, without the user of this client. All members where the server does not identify users. */
export function useOthers<C extends AnyContract, S = Members<C>>(
  room: MaybeRoom<C>,
  selector?: (others: Members<C>) => S,
  { isEqual }: EqualityOption<S> = {},
): S {
  const others = room ? createPresence(room).others : (noMembers as ReadonlyStore<Members<C>>)
  return useSelected(sharedFrameThrottled(others), selector, isEqual)
}

/**
 * The user of this client as the other members see it, all tabs in one; undefined without a room, and where the server does
 * not identify users.
 */
export function useSelf<C extends AnyContract, S = Member<C> | undefined>(
  room: MaybeRoom<C>,
  selector?: (self: Member<C> | undefined) => S,
  { isEqual }: EqualityOption<S> = {},
): S {
  const self: ReadonlyStore<Member<C> | undefined> = room ? createPresence(room).self : noSelf
  return useSelected(sharedFrameThrottled(self), selector, isEqual)
}

/**
 * How many members a room has, and whether they are listed, or the part that the selector returns. `count` is undefined
 * without a room, before the room is joined, and on a server that does not count its members. Renders at most once a frame.
 *
 * @example
 * const { count, isPartial } = useOccupancy(room)
 */
export function useOccupancy<C extends AnyContract, S = Occupancy>(
  room: MaybeRoom<C>,
  selector?: (occupancy: Occupancy) => S,
  { isEqual }: EqualityOption<S> = {},
): S {
  return useSelected(sharedFrameThrottled(room?.occupancy ?? noOccupancy), selector, isEqual)
}
