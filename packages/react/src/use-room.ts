'use client'
import type { AnyContract, Client, ReadonlyStore, RoomState } from '@roomful/client'
import { constant } from './constant.ts'
import type { NoRoom, UseRoom } from './types.ts'
import { useHold } from './use-hold.ts'
import { useSelected } from './use-selected.ts'

const nowhere = constant<NoRoom>({ status: 'left' })

/** A room's state and actions, joined while mounted; see `Hooks`. */
export function useRoomOf<C extends AnyContract>(
  client: Client<C>,
  name: string | null | undefined,
): UseRoom<C> | NoRoom {
  const room = name === null || name === undefined ? undefined : client.room(name)
  const store: ReadonlyStore<RoomState | NoRoom> = room?.state ?? nowhere
  useHold(room?.retain)
  const state = useSelected(store)
  return room ? { ...(state as RoomState), room, emit: room.emit, send: room.send } : (state as NoRoom)
}
