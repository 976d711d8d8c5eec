import { setTimeout as delay } from 'node:timers/promises'

/** A WebSocket that is not answered when it closes is given 30 s in Node. */
const LIMIT_MS = 40_000

/** What keeps a process alive, by kind: sockets, servers, timers, children. */
export function resources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

/** What there is more of than before, when it has had its time to go. */
export async function leftovers(before: ReadonlyMap<string, number>): Promise<string[]> {
  const endAt = Date.now() + LIMIT_MS
  for (;;) {
    const more = [...resources()].filter(([kind, count]) => count > (before.get(kind) ?? 0))
    if (more.length === 0 || Date.now() > endAt)
      return more.map(([kind, count]) => `C9 ${count} ${kind} are left over, of ${before.get(kind) ?? 0} before`)
    await delay(50)
  }
}

/** Notes what was thrown and not caught, or rejected and not handled, until the returned function is called. */
export function noteUncaught(note: (what: string) => void): () => void {
  const add = (error: unknown): void => note(`C9 uncaught: ${error instanceof Error ? error.stack : String(error)}`)
  process.on('uncaughtException', add)
  process.on('unhandledRejection', add)
  return () => {
    process.off('uncaughtException', add)
    process.off('unhandledRejection', add)
  }
}
