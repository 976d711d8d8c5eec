import { refuse } from './refuse.ts'

interface Waiting {
  readonly start: () => void
  readonly replace: () => void
}
interface Lane {
  waiting: Waiting | undefined
}

/** S2: one task a key at a time, and at most one that waits; a newer one takes its place. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>()

  /** @throws RefusalError `UNAVAILABLE` when a newer task took the place. */
  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(key)
    if (lane === undefined) this.#lanes.set(key, { waiting: undefined })
    else await turnIn(lane)
    try {
      return await task()
    } finally {
      this.#next(key)
    }
  }

  #next(key: string): void {
    const lane = this.#lanes.get(key)
    const waiting = lane?.waiting
    if (lane === undefined || waiting === undefined) {
      this.#lanes.delete(key)
      return
    }
    lane.waiting = undefined
    waiting.start()
  }
}

function turnIn(lane: Lane): Promise<void> {
  return new Promise((resolve, reject) => {
    lane.waiting?.replace()
    lane.waiting = { start: resolve, replace: () => reject(refuse('UNAVAILABLE', 'a newer batch took the place')) }
  })
}
