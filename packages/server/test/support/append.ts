import type { Committed, NewEntry, RoomLog } from '../../src/index.ts'

let last = 0

/** Stores messages of the server itself; their numbers rise over all logs. */
export function append(log: RoomLog, room: string, entries: readonly NewEntry[]): Committed | Promise<Committed> {
  const items = entries.map((entry) => ({ n: (last += 1), hash: entry.id, entry }))
  return log.commit(room, { sender: { user: null, cid: 'server', isServer: true }, items }) as Committed
}
