'use client'
import { type AnyContract, createPresence, type Member, type ReadonlyStore, type Room } from '@roomful/client'
import { constant } from './constant.ts'
import { framed } from './framed.ts'
import { type IsEqual, useSelected } from './use-selected.ts'

type Members<C extends AnyContract> = ReadonlyMap<string, Member<C>>

const nobody = constant<ReadonlyMap<string, never>>(new Map<string, never>())
const noSelf = constant(undefined)

/**
 * Who is in a room, by user id, or what the selector takes from that; empty without a room, and on a server that does not
 * say. Renders at most once a frame, when what is taken changes.
 *
 * @example
 * const count = useMembers(room, (members) => members.size)
 */
export function useMembers<C extends AnyContract, S = Members<C>>(
  room: Room<C> | undefined,
  selector?: (members: Members<C>) => S,
  isEqual?: IsEqual<S>,
): S {
  return useSelected(framed(room?.members ?? (nobody as ReadonlyStore<Members<C>>)), selector, isEqual)
}

/** The same without ourselves; everybody where the server tells nobody apart. */
export function useOthers<C extends AnyContract, S = Members<C>>(
  room: Room<C> | undefined,
  selector?: (others: Members<C>) => S,
  isEqual?: IsEqual<S>,
): S {
  const others = room ? createPresence(room).others : (nobody as ReadonlyStore<Members<C>>)
  return useSelected(framed(others), selector, isEqual)
}

/** Ourselves as everybody in the room sees us, all tabs in one; undefined where the server tells nobody apart. */
export function useSelf<C extends AnyContract, S = Member<C> | undefined>(
  room: Room<C> | undefined,
  selector?: (self: Member<C> | undefined) => S,
  isEqual?: IsEqual<S>,
): S {
  const self: ReadonlyStore<Member<C> | undefined> = room ? createPresence(room).self : noSelf
  return useSelected(framed(self), selector, isEqual)
}
