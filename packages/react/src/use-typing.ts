'use client'
import { type AnyContract, createTyping, type ReadonlyStore, type RoomTyping, type User } from '@roomful/client'
import { useSyncExternalStore } from 'react'
import { frameThrottled } from './frame-throttled.ts'
import type { MaybeRoom } from './types.ts'
import { useDisposable } from './use-disposable.ts'

export interface UseTyping<C extends AnyContract> extends Pick<RoomTyping<C>, 'keystroke' | 'stop'> {
  /** The other users who are typing now, in the order in which they began. */
  readonly typing: readonly User<C>[]
}

const NO_USERS: readonly never[] = []

/**
 * The other users who are typing in a room, and the calls that tell them about this user; the unmount calls `stop`. Renders
 * at most once a frame. Without a room, `typing` is empty, and `keystroke` and `stop` do nothing.
 */
export function useTyping<C extends AnyContract>(room: MaybeRoom<C>): UseTyping<C> {
  const { state, keystroke, stop } = useDisposable(() => createMountedTyping(room), [room ?? undefined])
  return { typing: useSyncExternalStore(state.subscribe, state.getState, state.getInitialState), keystroke, stop }
}

/** Creates the typing when it is subscribed to: React may discard a render, and then nothing would close it. */
function createMountedTyping<C extends AnyContract>(room: MaybeRoom<C>) {
  let typing: RoomTyping<C> | undefined
  const store: ReadonlyStore<readonly User<C>[]> = {
    getInitialState: () => NO_USERS,
    getState() {
      const users = typing?.state.getState()
      return users && users.length > 0 ? users : NO_USERS
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
  return { state: frameThrottled(store), keystroke: () => typing?.keystroke(), stop: () => typing?.stop() }
}
