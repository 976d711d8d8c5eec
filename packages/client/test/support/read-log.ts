import type { Entry } from '@roomful/contract/protocol'
import type { RoomLog } from '@roomful/server'

/** The whole log of a room. */
export async function readLog(log: RoomLog, room: string): Promise<Entry[]> {
  const all: Entry[] = []
  for (let after = 0; ;) {
    const { entries, head } = await log.page(room, { after, limit: 1_000, bytes: 8_388_608 })
    all.push(...entries)
    after = entries.at(-1)?.seq ?? head
    if (after >= head) return all
  }
}
