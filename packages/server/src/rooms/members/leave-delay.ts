interface DelayedLeave {
  readonly leave: () => void
  readonly timer: NodeJS.Timeout
}

/** The most lost connections kept for one user; beyond it the oldest leaves at once. */
const MAX_LOST = 8

/** S16: keeps lost connections as members for a while, since their users may be back soon. */
export class LeaveDelay {
  readonly #delayMs: number
  readonly #delayed = new Map<string, Set<DelayedLeave>>()

  constructor(delayMs: number) {
    this.#delayMs = delayMs
  }

  /** Calls `leave` after the delay. */
  schedule(userId: string, leave: () => void): void {
    const ofUser = this.#delayed.get(userId) ?? new Set()
    this.#delayed.set(userId, ofUser)
    const delayed: DelayedLeave = { leave, timer: setTimeout(() => this.#end(userId, delayed), this.#delayMs) }
    delayed.timer.unref?.() // does not keep the process alive; in jsdom, a timer is a number
    ofUser.add(delayed)
    const [oldest] = ofUser
    if (oldest !== undefined && ofUser.size > MAX_LOST) this.#end(userId, oldest)
  }

  /** Forgets all delayed leaves without calling them. */
  stop(): void {
    for (const ofUser of this.#delayed.values()) for (const { timer } of ofUser) clearTimeout(timer)
    this.#delayed.clear()
  }

  #end(userId: string, delayed: DelayedLeave): void {
    clearTimeout(delayed.timer)
    const ofUser = this.#delayed.get(userId)
    ofUser?.delete(delayed)
    if (ofUser?.size === 0) this.#delayed.delete(userId)
    delayed.leave()
  }
}
