/** How many reads run at a time. */
const AT_ONCE = 16

/** Runs the reads of all rooms of a server, some at a time; the others wait, in their order. */
export class ReadTurns {
  readonly #waiting = new Set<() => void>()
  #running = 0

  async run<T>(read: () => Promise<T>): Promise<T> {
    if (this.#running < AT_ONCE) this.#running += 1
    else await new Promise<void>((resolve) => this.#waiting.add(resolve))
    try {
      return await read()
    } finally {
      this.#passOn()
    }
  }

  /** Gives the place to the next read. */
  #passOn(): void {
    const [next] = this.#waiting
    if (next === undefined) this.#running -= 1
    else {
      this.#waiting.delete(next)
      next()
    }
  }
}
