import { refuse } from '../refuse.ts'

interface Waiting {
  readonly start: () => void
  readonly replace: () => void
}
interface Running {
  waiting: Waiting | undefined
}

/** S2: runs one task a key at a time. At most one more task waits; a newer task replaces the waiting one. */
export class BatchQueue {
  readonly #running = new Map<string, Running>()

  /** @throws RefusalError `UNAVAILABLE` when a newer task has replaced this one. */
  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key)
    if (running === undefined) this.#running.set(key, { waiting: undefined })
    else await endOf(running)
    try {
      return await task()
    } finally {
      this.#startNext(key)
    }
  }

  #startNext(key: string): void {
    const running = this.#running.get(key)
    const waiting = running?.waiting
    if (running === undefined || waiting === undefined) {
      this.#running.delete(key)
      return
    }
    running.waiting = undefined
    waiting.start()
  }
}

function endOf(running: Running): Promise<void> {
  return new Promise((resolve, reject) => {
    running.waiting?.replace()
    running.waiting = {
      start: resolve,
      replace: () => reject(refuse('UNAVAILABLE', 'a newer batch has replaced this one')),
    }
  })
}
