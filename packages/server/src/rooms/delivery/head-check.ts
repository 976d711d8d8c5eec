import type { RoomLog } from '../../log/log.ts'
import type { Report } from '../../report.ts'
import type { Room } from '../room.ts'

const EVERY_MS = 10_000
/** How many rooms are compared with one call. Redis reads each of 64 partitions with its own script: small calls would be many small scripts. */
export const ROOMS_PER_CALL = 4_000

interface HeadCheckParts {
  readonly log: RoomLog
  readonly report: Report
  /** The rooms in use. */
  readonly rooms: () => Iterable<Room>
  /** Compares the members, too; undefined in a log of one process. Must not reject. */
  readonly checkMembers?: (() => Promise<void>) | undefined
}

/**
 * Reads the heads of rooms, so that they notice entries that did not come: every 10 s those of all rooms where several processes
 * use the log (S12), otherwise those of rooms whose last write seemed to fail (S7), or that could not be checked.
 */
export class HeadCheck {
  readonly #parts: HeadCheckParts
  readonly #timer: NodeJS.Timeout
  #isRunning = false

  constructor(parts: HeadCheckParts) {
    this.#parts = parts
    this.#timer = setInterval(() => void this.#checkDue(), EVERY_MS)
    this.#timer.unref?.() // does not keep the process alive; in jsdom, a timer is a number
  }

  /** Checks at once. A failure is reported, and the rooms are checked again. */
  async check(rooms: readonly Room[]): Promise<void> {
    const { log, report } = this.#parts
    for (let start = 0; start < rooms.length; start += ROOMS_PER_CALL) {
      const slice = rooms.slice(start, start + ROOMS_PER_CALL)
      try {
        const heads = await log.heads(slice.map(({ name }) => name))
        for (const [index, head] of heads.entries()) slice[index]?.noticeHead(head)
      } catch (error) {
        report(error, { during: 'broadcast' })
        for (const room of rooms.slice(start)) room.isUncertain = true
        return // the log cannot be read now: the next check follows soon
      }
    }
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #checkDue(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    const { log, rooms, checkMembers } = this.#parts
    await this.check([...rooms()].filter((room) => log.nodes !== undefined || room.isUncertain))
    await checkMembers?.()
    this.#isRunning = false
  }
}
