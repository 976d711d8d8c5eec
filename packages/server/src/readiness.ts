import type { Drain } from './drain.ts'
import type { RoomLog } from './log/log.ts'
import type { Report } from './report.ts'

/** A log that has not answered by then is not ready, in milliseconds. */
const CHECK_MS = 2_000
/** Checks within this time share one write, so that asking often costs nothing. */
const FRESH_MS = 1_000

interface ReadinessParts {
  readonly log: RoomLog
  readonly drain: Drain
  readonly report: Report
}

/** Whether the server can take messages. The log's failure is reported when it begins, not at each check. */
export class Readiness {
  readonly #parts: ReadinessParts
  #checkedAt = -Infinity
  #check: Promise<boolean> = Promise.resolve(true)
  #hasFailed = false

  constructor(parts: ReadinessParts) {
    this.#parts = parts
  }

  async isReady(): Promise<boolean> {
    const { drain, log } = this.#parts
    if (drain.isClosing) return false
    const now = performance.now()
    if (log.check !== undefined && now - this.#checkedAt >= FRESH_MS) {
      this.#checkedAt = now
      this.#check = this.#canWrite()
    }
    return (await this.#check) && !drain.isClosing
  }

  async #canWrite(): Promise<boolean> {
    const { log, report } = this.#parts
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`the log did not answer a check within ${CHECK_MS} ms`)), CHECK_MS)
    })
    try {
      await Promise.race([Promise.resolve().then(() => log.check?.()), late])
      this.#hasFailed = false
      return true
    } catch (error) {
      if (!this.#hasFailed) report(error, { during: 'check' })
      this.#hasFailed = true
      return false
    } finally {
      clearTimeout(timer)
    }
  }
}
