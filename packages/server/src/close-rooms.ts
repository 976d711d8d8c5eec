import type { CallbackRunner } from './callback-runner.ts'
import type { Sessions } from './connection/sessions.ts'
import type { Drain } from './drain.ts'
import type { Guard } from './guard/guard.ts'
import type { RoomLog } from './log/log.ts'
import type { NodeLinks } from './nodes/node-links.ts'
import { refuse } from './refuse.ts'
import type { ActiveRooms } from './rooms/active-rooms.ts'
import type { NodeOperations } from './rooms/node-operations.ts'
import type { LeaveDelay } from './rooms/members/leave-delay.ts'
import type { Settings } from './settings.ts'

/** The last part of `closeTimeoutMs`, for what comes after the running requests, in milliseconds. */
const LAST_PART_MS = 1_000
/** A log has at least this long to close, in milliseconds. */
const LOG_MS = 250
/**
 * Clients come back over this long for each of them. They retry while there is no server, the first times soon: of 1,000
 * clients, at most 42 in any 100 ms met a server that was away for 3 s, and 55 for 5 s (simulated 30 times each).
 */
const RETURN_MS_PER_CLIENT = 15
const MIN_RETURN_MS = 1_000
const MAX_RETURN_MS = 60_000

interface ClosingParts {
  readonly settings: Settings
  readonly guard: Guard
  readonly drain: Drain
  readonly callbacks: CallbackRunner
  readonly sessions: Sessions
  readonly leaveDelay: LeaveDelay
  readonly activeRooms: ActiveRooms
  readonly links: NodeLinks | undefined
  readonly nodeOperations: NodeOperations
  readonly removeGate: () => void
}

/** Finishes the running requests, ends every connection with `$bye`, and closes the log, within `closeTimeoutMs`. */
export async function closeRooms(parts: ClosingParts): Promise<void> {
  const { settings, guard, drain, callbacks, sessions, leaveDelay, activeRooms, links, nodeOperations, removeGate } =
    parts
  const { closeTimeoutMs, inspect, log } = settings
  const lastPartMs = Math.min(LAST_PART_MS, closeTimeoutMs / 4)
  const startedAt = performance.now()
  const { connections } = sessions.measure()
  inspect?.({ type: 'closing', connections })
  drain.close()
  await drain.idle(closeTimeoutMs - lastPartMs)
  callbacks.abortAll(refuse('CLOSING', 'the server is closing'))
  await drain.idle(lastPartMs / 2)
  activeRooms.stop()
  nodeOperations.stop()
  const leftMs = closeTimeoutMs - (performance.now() - startedAt)
  await within(Math.max(leftMs, 0), sessions.endAll({ code: 'CLOSING', after: returnMs(connections) }))
  await within(lastPartMs / 4, activeRooms.flush())
  leaveDelay.stop()
  sessions.stop()
  removeGate() // before the guard, which was there first
  guard.stop()
  activeRooms.clear()
  try {
    await within(Math.max(closeTimeoutMs - (performance.now() - startedAt), LOG_MS), closeLog(log, links))
  } finally {
    inspect?.({ type: 'closed', durationMs: performance.now() - startedAt })
  }
}

async function closeLog(log: RoomLog, links: NodeLinks | undefined): Promise<void> {
  await links?.stop()
  await log.close?.()
}

function returnMs(clients: number): number {
  return Math.min(Math.max(clients * RETURN_MS_PER_CLIENT, MIN_RETURN_MS), MAX_RETURN_MS)
}

async function within(ms: number, task: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const end = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))
  await Promise.race([task, end])
  clearTimeout(timer)
}
