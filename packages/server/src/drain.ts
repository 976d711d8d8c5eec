import { refuse } from './refuse.ts'

/** Counts what is under way, so that closing can wait for it and lets nothing new begin. */
export class Drain {
  #running = 0
  #closing = false
  #whenIdle: (() => void) | undefined

  get closing(): boolean {
    return this.#closing
  }

  /** @throws RefusalError `CLOSING` when nothing may begin any more. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    this.assertOpen()
    this.#running += 1
    try {
      return await task()
    } finally {
      this.#running -= 1
      if (this.#running === 0) this.#whenIdle?.()
    }
  }

  assertOpen(): void {
    if (this.#closing) throw refuse('CLOSING', 'the server is closing')
  }

  stop(): void {
    this.#closing = true
  }

  /** Resolves when nothing runs, or when `timeoutMs` have passed. */
  async idle(timeoutMs: number): Promise<void> {
    if (this.#running === 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs)
      this.#whenIdle = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
