'use client'
import type { AnyContract, Client, ReadonlyStore, RoomState } from '@roomful/client'
import { useEffect } from 'react'
import type { NoRoom, UseRoom } from './types.ts'
import { useReadable } from './use-readable.ts'

const NO_ROOM: NoRoom = { status: 'left' }
const LEFT: RoomState = { status: 'left' }
const noRoomState: ReadonlyStore<RoomState> = {
  getState: () => LEFT,
  getInitialState: () => LEFT,
  subscribe: () => () => {},
}

/** A room's state and actions, joined while mounted; see `Hooks`. */
export function useRoomOf<C extends AnyContract>(
  client: Client<C>,
  name: string | null | undefined,
): UseRoom<C> | NoRoom {
  const room = name === null || name === undefined ? undefined : client.room(name)
  const state = useReadable(room?.state ?? noRoomState)
  useEffect(() => room?.retain(), [room])
  return room ? { ...state, room, emit: room.emit, send: room.send } : NO_ROOM
}
