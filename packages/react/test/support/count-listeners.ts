import type { AnyContract, Room } from '@roomful/client'

/** Counts the subscriptions to a room's events and state that are made from now on and not ended. */
export function countListeners<C extends AnyContract>(room: Room<C>) {
  const counts = { left: 0 }
  const count = (target: object, method: string) => {
    const subscribe = (target as Record<string, (...args: unknown[]) => () => void>)[method]
    const counting = (...args: unknown[]) => {
      counts.left += 1
      const off = subscribe?.(...args)
      return () => {
        counts.left -= 1
        off?.()
      }
    }
    Object.assign(target, { [method]: counting })
  }
  count(room, 'on')
  count(room.state, 'subscribe')
  return counts
}
