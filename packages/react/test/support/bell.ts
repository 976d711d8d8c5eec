import type { Client, EventsMap, Room, SocketIoContract } from '@roomful/client'

type Untyped = SocketIoContract<EventsMap, EventsMap>

/** A client and a room whose events the test fires. */
export function createBell(kind: 'client' | 'room' = 'client') {
  const handlers = new Map<string, Set<(...args: unknown[]) => void>>()
  const bell = {
    ...(kind === 'room' && { name: 'general' }),
    on(event: string, handler: (...args: unknown[]) => void) {
      const heard = handlers.get(event) ?? new Set()
      handlers.set(event, heard.add(handler))
      return () => void heard.delete(handler)
    },
  }
  return {
    client: bell as unknown as Client<Untyped>,
    room: bell as unknown as Room<Untyped>,
    /** The number of listeners. */
    listening: () => [...handlers.values()].reduce((sum, { size }) => sum + size, 0),
    ring: (event: string, ...args: unknown[]) => handlers.get(event)?.forEach((handler) => handler(...args)),
  }
}
