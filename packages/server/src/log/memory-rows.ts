import { rowLimitReached, ownerOf, type RowLimits } from './row-limits.ts'
import type { Sender, SenderRow } from './sender-row.ts'

interface StoredSenderRow {
  readonly room: string
  readonly sender: Sender
  readonly row: SenderRow
}

/** The rows of senders, in memory. Rows that are too old are deleted (S8). */
export class MemoryRows {
  readonly #limits: RowLimits
  /** In the order of their last writes, oldest first. */
  readonly #rows = new Map<string, StoredSenderRow>()
  readonly #ofRoom = new Map<string, Set<string>>()
  /** The number of rows of each owner and of each address. */
  readonly #counts = new Map<string, number>()
  #guestRows = 0
  #serverRows = 0

  constructor(limits: RowLimits) {
    this.#limits = limits
  }

  /** @throws RefusalError `LIMIT` for a new sender when no more rows fit. */
  get(room: string, sender: Sender): SenderRow | undefined {
    const row = this.#rows.get(keyOf(room, sender))?.row
    if (row === undefined) this.#assertSpace(sender)
    return row
  }

  set(room: string, sender: Sender, row: SenderRow): void {
    const key = keyOf(room, sender)
    // A row stays charged to the address where it began.
    const charged = this.#rows.get(key)?.sender ?? sender
    this.#delete(key)
    this.#rows.set(key, { room, sender: charged, row })
    const ofRoom = this.#ofRoom.get(room) ?? new Set()
    this.#ofRoom.set(room, ofRoom.add(key))
    this.#count(charged, 1)
  }

  deleteRoom(room: string): void {
    for (const key of this.#ofRoom.get(room) ?? []) this.#delete(key)
  }

  #assertSpace(sender: Sender): void {
    this.#expire()
    if (sender.isServer) return
    const { maxRows, maxGuestRows, maxRowsPerUser, maxRowsPerAddress } = this.#limits
    const countOf = (key: string | undefined): number => (key === undefined ? 0 : (this.#counts.get(key) ?? 0))
    if (countOf(addressKeyOf(sender)) >= maxRowsPerAddress) throw rowLimitReached('address')
    if (countOf(ownerOf(sender)) >= maxRowsPerUser) throw rowLimitReached('owner')
    if (sender.user === null && this.#guestRows >= maxGuestRows) throw rowLimitReached('guests')
    if (this.#rows.size - this.#serverRows >= maxRows) throw rowLimitReached('all')
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
    this.#count(kept.sender, -1)
  }

  #count(sender: Sender, change: 1 | -1): void {
    if (sender.isServer) {
      this.#serverRows += change
      return
    }
    if (sender.user === null) this.#guestRows += change
    for (const key of [ownerOf(sender), addressKeyOf(sender)]) {
      if (key === undefined) continue
      const count = (this.#counts.get(key) ?? 0) + change
      if (count === 0) this.#counts.delete(key)
      else this.#counts.set(key, count)
    }
  }
}

function addressKeyOf({ address }: Sender): string | undefined {
  return address === undefined ? undefined : `address ${address}`
}

function keyOf(room: string, sender: Sender): string {
  return `${sender.cid}\n${room}\n${ownerOf(sender)}`
}
