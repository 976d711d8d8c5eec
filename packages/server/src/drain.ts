import { refuse } from './refuse.ts'

/** Counts running tasks, so that closing can wait for them, and refuses new ones once closing has begun. */
export class Drain {
  #running = 0
  #closing = false
  #whenIdle: (() => void) | undefined

  /** @throws RefusalError `CLOSING` once closing has begun. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    this.assertOpen()
    const end = this.begin()
    try {
      return await task()
    } finally {
      end()
    }
  }

  /** Counts a task that may begin while closing, such as a refusal, until the returned function is called. */
  begin(): () => void {
    this.#running += 1
    return () => {
      this.#running -= 1
      if (this.#running === 0) this.#whenIdle?.()
    }
  }

  get isClosing(): boolean {
    return this.#closing
  }

  /** @throws RefusalError `CLOSING` */
  assertOpen(): void {
    if (this.#closing) throw refuse('CLOSING', 'the server is closing')
  }

  /** Refuses new tasks from now on. */
  close(): void {
    this.#closing = true
  }

  /** Resolves when no task is running, or after `timeoutMs`. */
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
