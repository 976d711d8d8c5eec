import type { RoomLog } from '../../src/index.ts'

/** A log with some methods replaced. */
export function changedLog(log: RoomLog, changes: Partial<RoomLog>): RoomLog {
  return {
    dedupMs: log.dedupMs,
    ...(log.durability && { durability: log.durability }),
    ...(log.sharedOptions && { sharedOptions: log.sharedOptions }),
    ...(log.nodes && { nodes: log.nodes }),
    commit: (room, batch) => log.commit(room, batch),
    redact: (room, seq, entry) => log.redact(room, seq, entry),
    row: (room, sender) => log.row(room, sender),
    page: (room, request) => log.page(room, request),
    heads: (rooms) => log.heads(rooms),
    ban: (room, userId) => log.ban(room, userId),
    setBan: (room, userId, ban) => log.setBan(room, userId, ban),
    newEpoch: () => log.newEpoch(),
    subscribe: (room, listener) => log.subscribe(room, listener),
    check: () => log.check?.(),
    close: () => log.close?.(),
    ...changes,
  }
}
