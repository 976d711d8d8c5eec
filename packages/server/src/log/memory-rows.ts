import { rowLimitReached, ownerOf, type RowLimits } from './row-limits.ts'
import type { Sender, SenderRow } from './sender-row.ts'

interface StoredSenderRow {
  readonly room: string
  readonly owner: string
  readonly row: SenderRow
}

/** The rows of senders, in memory. Rows that are too old are deleted (S8). */
export class MemoryRows {
  readonly #limits: RowLimits
  /** In the order of their last writes, oldest first. */
  readonly #rows = new Map<string, StoredSenderRow>()
  readonly #ofRoom = new Map<string, Set<string>>()
  readonly #countOf = new Map<string, number>()

  constructor(limits: RowLimits) {
    this.#limits = limits
  }

  /** @throws RefusalError `LIMIT` for a new sender when no more rows fit. */
  get(room: string, sender: Sender): SenderRow | undefined {
    const row = this.#rows.get(keyOf(room, sender))?.row
    if (row === undefined) this.#assertSpace(ownerOf(sender))
    return row
  }

  set(room: string, sender: Sender, row: SenderRow): void {
    const key = keyOf(room, sender)
    this.#delete(key)
    const owner = ownerOf(sender)
    this.#rows.set(key, { room, owner, row })
    const ofRoom = this.#ofRoom.get(room) ?? new Set()
    this.#ofRoom.set(room, ofRoom.add(key))
    this.#countOf.set(owner, (this.#countOf.get(owner) ?? 0) + 1)
  }

  deleteRoom(room: string): void {
    for (const key of this.#ofRoom.get(room) ?? []) this.#delete(key)
  }

  #assertSpace(owner: string): void {
    this.#expire()
    const { maxRows, maxRowsPerUser } = this.#limits
    if (this.#rows.size >= maxRows || (this.#countOf.get(owner) ?? 0) >= maxRowsPerUser) throw rowLimitReached()
  }

  #expire(): void {
    const oldest = Date.now() - this.#limits.dedupMs
    for (const [key, { row }] of this.#rows) {
      if (row.usedAt >= oldest) return
      this.#delete(key)
    }
  }

  #delete(key: string): void {
    const kept = this.#rows.get(key)
    if (kept === undefined) return
    this.#rows.delete(key)
    const ofRoom = this.#ofRoom.get(kept.room)
    ofRoom?.delete(key)
    if (ofRoom?.size === 0) this.#ofRoom.delete(kept.room)
    const left = (this.#countOf.get(kept.owner) ?? 1) - 1
    if (left === 0) this.#countOf.delete(kept.owner)
    else this.#countOf.set(kept.owner, left)
  }
}

function keyOf(room: string, sender: Sender): string {
  return `${sender.cid}\n${room}\n${ownerOf(sender)}`
}
