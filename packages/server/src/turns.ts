/** Runs tasks of one key one after the other, whatever they await; a key costs nothing once its tasks are done. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>()

  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const result = (this.#last.get(key) ?? Promise.resolve()).then(task)
    const over = (): void => {
      if (this.#last.get(key) === settled) this.#last.delete(key)
    }
    const settled = result.then(over, over) // the caller hears how it went; the next one only needs to know that it is over
    this.#last.set(key, settled)
    return result
  }
}
