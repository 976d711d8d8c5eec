import { setTimeout as delay } from 'node:timers/promises'

/** Node gives a WebSocket 30 s to answer a close. */
const LIMIT_MS = 40_000

/** How many resources keep this process alive, by kind: sockets, servers, timers, children. */
export function resources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

/** The kinds of which more are left than before, after enough time to close. */
export async function leftovers(before: ReadonlyMap<string, number>): Promise<string[]> {
  const endAt = Date.now() + LIMIT_MS
  for (;;) {
    const more = [...resources()].filter(([kind, count]) => count > (before.get(kind) ?? 0))
    if (more.length === 0 || Date.now() > endAt)
      return more.map(([kind, count]) => `C9 ${count} ${kind} are left, ${before.get(kind) ?? 0} before`)
    await delay(50)
  }
}

/** Reports uncaught exceptions and unhandled rejections until the returned function is called. */
export function noteUncaught(note: (what: string) => void): () => void {
  const add = (error: unknown): void => note(`C9 uncaught: ${error instanceof Error ? error.stack : String(error)}`)
  process.on('uncaughtException', add)
  process.on('unhandledRejection', add)
  return () => {
    process.off('uncaughtException', add)
    process.off('unhandledRejection', add)
  }
}
