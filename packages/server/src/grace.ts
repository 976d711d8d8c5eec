interface Lost {
  readonly leave: () => void
  readonly timer: NodeJS.Timeout
}

/** More lost connections of one user than this, and the first of them goes at once. */
const MAX_LOST = 8

/** S16: connections that were lost, each of which is still a member for a while, since its user may be back. */
export class Grace {
  readonly #graceMs: number
  readonly #lost = new Map<string, Set<Lost>>()

  constructor(graceMs: number) {
    this.#graceMs = graceMs
  }

  /** Has a connection leave later. */
  keep(userId: string, leave: () => void): void {
    const lost = this.#lost.get(userId) ?? new Set()
    this.#lost.set(userId, lost)
    const one: Lost = { leave, timer: setTimeout(() => this.#end(userId, one), this.#graceMs) }
    one.timer.unref() // a process that has nobody else to serve may end
    lost.add(one)
    const [first] = lost
    if (first !== undefined && lost.size > MAX_LOST) this.#end(userId, first)
  }

  /** Nobody leaves any more. */
  stop(): void {
    for (const lost of this.#lost.values()) for (const { timer } of lost) clearTimeout(timer)
    this.#lost.clear()
  }

  #end(userId: string, one: Lost): void {
    clearTimeout(one.timer)
    const lost = this.#lost.get(userId)
    lost?.delete(one)
    if (lost?.size === 0) this.#lost.delete(userId)
    one.leave()
  }
}
