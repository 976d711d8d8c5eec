'use client'
import {
  type AnyContract,
  type Client,
  type JoinParamsInput,
  type ReadonlyStore,
  RoomfulError,
  type RoomName,
  type RoomState,
} from '@roomful/client'
import { useEffect, useMemo, useState } from 'react'
import { constantStore } from './constant-store.ts'
import type { NoRoom, RoomOptions, UseRoom } from './types.ts'
import { useSelected } from './use-selected.ts'

/**
 * A room's state and calls. The room is joined while this is mounted, and left 100 ms after the last component that uses it
 * is unmounted. Renders when the state changes. Null and undefined name no room: then `emit` and `send` reject with
 * `INVALID_ARGUMENT`.
 *
 * @example
 * const { room, status, error, send, retry } = useRoom(client, 'general')
 */
export function useRoom<C extends AnyContract>(client: Client<C>, name: RoomName, options?: RoomOptions<C>): UseRoom<C>
export function useRoom<C extends AnyContract>(
  client: Client<C>,
  name: RoomName | null | undefined,
  options?: RoomOptions<C>,
): UseRoom<C> | NoRoom<C>
export function useRoom<C extends AnyContract>(
  client: Client<C>,
  name: RoomName | null | undefined,
  { params }: RoomOptions<C> = {},
): UseRoom<C> | NoRoom<C> {
  const room = name === null || name === undefined ? undefined : client.room(name)
  const json = JSON.stringify(params)
  const [refused, setRefused] = useState<{ readonly hold: unknown; readonly error: RoomfulError }>()
  const [hold, retry] = useMemo(() => {
    const join = () => {
      try {
        return room?.retain(json ? { params: JSON.parse(json) as JoinParamsInput<C> } : {})
      } catch (error) {
        setRefused({ hold: join, error: RoomfulError.from(error) }) // the contract refuses the params
        return undefined
      }
    }
    return [join, () => join()?.()]
  }, [room, json])
  useEffect(hold, [hold])
  const joinState = useSelected(room?.state ?? noState)
  const state: RoomState = refused?.hold === hold ? { status: 'failed', error: refused.error } : joinState
  const { emit = rejectNoRoom, send = rejectNoRoom } = room ?? {}
  return { ...state, room, emit, send, retry } as UseRoom<C> | NoRoom<C>
}

const noState: ReadonlyStore<RoomState> = constantStore({ status: 'left' })

/** Like each promise of a room, it is no unhandled rejection where the caller ignores it. */
function rejectNoRoom(): Promise<never> {
  const rejected = Promise.reject(new RoomfulError('INVALID_ARGUMENT', 'no room: useRoom has no name'))
  rejected.catch(() => {})
  return rejected
}
