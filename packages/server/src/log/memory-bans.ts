import { banLimitReached } from './ban-limits.ts'
import type { Ban } from './log.ts'

/** The bans of users from rooms, in memory. */
export class MemoryBans {
  readonly #maxBans: number
  readonly #bans = new Map<string, Ban>()

  constructor(maxBans: number) {
    this.#maxBans = maxBans
  }

  get(room: string, userId: string): Ban | undefined {
    const key = keyOf(room, userId)
    const ban = this.#bans.get(key)
    if (ban === undefined || ban.until > Date.now()) return ban
    this.#bans.delete(key)
    return undefined
  }

  /** @throws RefusalError `LIMIT` for a new ban when no more fit. */
  set(room: string, userId: string, ban: Ban | undefined): void {
    const key = keyOf(room, userId)
    if (ban === undefined) return void this.#bans.delete(key)
    if (!this.#bans.has(key)) this.#assertSpace()
    this.#bans.set(key, ban)
  }

  #assertSpace(): void {
    if (this.#bans.size < this.#maxBans) return
    const now = Date.now()
    for (const [key, { until }] of this.#bans) if (until <= now) this.#bans.delete(key)
    if (this.#bans.size >= this.#maxBans) throw banLimitReached(this.#maxBans)
  }
}

/** No room name has a line break. */
function keyOf(room: string, userId: string): string {
  return `${room}\n${userId}`
}
