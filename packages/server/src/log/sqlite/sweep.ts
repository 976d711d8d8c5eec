import type { RetentionBounds } from '../retention.ts'
import type { StoredBans } from './stored-bans.ts'
import type { StoredRooms } from './stored-rooms.ts'
import type { StoredSenders } from './stored-senders.ts'

const EVERY_MS = 60_000
/** How many rooms one write checks, and the pause before the next, so that a sweep does not delay messages. */
const SLICE = 100
const PAUSE_MS = 100

interface SweepParts {
  readonly rooms: StoredRooms
  readonly senders: StoredSenders
  readonly bans: StoredBans
  readonly keep: (room: string) => RetentionBounds
  readonly write: (slice: () => void) => Promise<void>
}

/** Deletes old entries, rows and bans once a minute, also in rooms without new messages. */
export class Sweep {
  readonly #parts: SweepParts
  #timer: NodeJS.Timeout
  #stopped = false
  #last = 0

  constructor(parts: SweepParts) {
    this.#parts = parts
    this.#timer = this.#after(EVERY_MS)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #after(ms: number): NodeJS.Timeout {
    return setTimeout(() => void this.#step(), ms).unref()
  }

  async #step(): Promise<void> {
    let isOver = true
    try {
      await this.#parts.write(() => {
        isOver = this.#slice()
      })
    } catch {
      // Tried again later; the next message fails as well, and its error says what is wrong with the disk.
    }
    if (!this.#stopped) this.#timer = this.#after(isOver ? EVERY_MS : PAUSE_MS)
  }

  /** Checks the next rooms; true after the last one. */
  #slice(): boolean {
    const { rooms, senders, bans, keep } = this.#parts
    const slice = rooms.next(this.#last, SLICE)
    const isOver = slice.length < SLICE
    this.#last = isOver ? 0 : (slice.at(-1)?.id ?? 0)
    for (const room of slice) rooms.trim(room, keep(room.name))
    if (isOver) {
      senders.expire()
      bans.expire()
    }
    return isOver
  }
}
