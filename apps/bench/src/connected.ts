import { setTimeout as pause } from 'node:timers/promises'
import type { RoomLog } from '@roomful/server'

/** Resolves once a log can be used. The one in Redis connects by itself. */
export async function connected(log: RoomLog): Promise<void> {
  for (;;) {
    try {
      return await log.check?.()
    } catch {
      await pause(20)
    }
  }
}
