import type { SenderRow } from '@roomful/server'
import type { Entry } from '@roomful/contract/protocol'
import { PAGE, ROOMS, WINDOW } from './frames.ts'

interface RoomStore {
  readonly log: Entry[]
  head: number
  first: number
  readonly rows: Map<string, SenderRow>
}

/** The durable state: the logs and rows of one epoch. */
export class Store {
  readonly epoch: string
  readonly rooms: RoomStore[] = Array.from({ length: ROOMS }, () => ({ log: [], head: 0, first: 1, rows: new Map() }))

  constructor(epoch: number) {
    this.epoch = String(epoch)
  }

  page(room: number, after: number): { epoch: string; head: number; first: number; entries: Entry[] } {
    const { log, head, first } = this.rooms[room]!
    const from = Math.max(after + 1, first)
    return { epoch: this.epoch, head, first, entries: log.slice(from - 1, from - 1 + PAGE) }
  }

  forgetRows(now: number): void {
    for (const { rows } of this.rooms)
      for (const [cid, { usedAt }] of rows) if (now - usedAt >= WINDOW) rows.delete(cid)
  }

  trim(room: number, count: number): void {
    const store = this.rooms[room]!
    store.first = Math.min(store.head + 1, store.first + count)
  }
}
