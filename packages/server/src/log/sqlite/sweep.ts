import type { Keep } from '../retention.ts'
import type { StoredRooms } from './stored-rooms.ts'
import type { StoredSenders } from './stored-senders.ts'

const EVERY_MS = 60_000
/** Rooms looked at in one write, and the time until the next: a long list holds nobody up. */
const SLICE = 100
const PAUSE_MS = 100

interface SweepParts {
  readonly rooms: StoredRooms
  readonly senders: StoredSenders
  readonly keep: (room: string) => Keep
  readonly write: (slice: () => void) => Promise<void>
}

/** Takes away what is too old, also in rooms where nobody speaks any more. */
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
      // Nobody waits for it: it comes again, and the next message tells its sender what is wrong with the disk.
    }
    if (!this.#stopped) this.#timer = this.#after(isOver ? EVERY_MS : PAUSE_MS)
  }

  /** Whether it has come to the end. */
  #slice(): boolean {
    const { rooms, senders, keep } = this.#parts
    const slice = rooms.next(this.#last, SLICE)
    const isOver = slice.length < SLICE
    this.#last = isOver ? 0 : (slice.at(-1)?.id ?? 0)
    for (const room of slice) rooms.trim(room, keep(room.name))
    if (isOver) senders.expire()
    return isOver
  }
}
