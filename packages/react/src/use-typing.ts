'use client'
import {
  type AnyContract,
  createTyping,
  type ReadonlyStore,
  type Room,
  type RoomTyping,
  type User,
} from '@roomful/client'
import { useSyncExternalStore } from 'react'
import { framedAlone } from './framed.ts'
import { useMade } from './use-made.ts'

export interface UseTyping<C extends AnyContract> extends Pick<RoomTyping<C>, 'keystroke' | 'stop'> {
  /** Who is typing now, oldest first, ourselves left out. */
  readonly typing: readonly User<C>[]
}

const NOBODY: readonly never[] = []

/** Who is typing in a room, and that we are: taken back when unmounted. Without a room nobody types. */
export function useTyping<C extends AnyContract>(room: Room<C> | undefined): UseTyping<C> {
  const { state, keystroke, stop } = useMade(() => typingWhileWatched(room), [room])
  return { typing: useSyncExternalStore(state.subscribe, state.getState, state.getInitialState), keystroke, stop }
}

/** A render may never be shown, so that none makes what has to be closed. */
function typingWhileWatched<C extends AnyContract>(room: Room<C> | undefined) {
  let typing: RoomTyping<C> | undefined
  const store: ReadonlyStore<readonly User<C>[]> = {
    getInitialState: () => NOBODY,
    getState() {
      const users = typing?.state.getState()
      return users && users.length > 0 ? users : NOBODY
    },
    subscribe(listener) {
      if (!room) return () => {}
      const own = createTyping(room)
      typing = own
      const unsubscribe = own.state.subscribe(listener)
      return () => {
        unsubscribe()
        own.close()
        typing = undefined
      }
    },
  }
  return { state: framedAlone(store), keystroke: () => typing?.keystroke(), stop: () => typing?.stop() }
}
