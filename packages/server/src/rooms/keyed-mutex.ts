/** Runs the tasks of one key one after the other, also across awaits. A key without tasks uses no memory. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<void>>()

  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const result = (this.#last.get(key) ?? Promise.resolve()).then(task)
    const release = (): void => {
      if (this.#last.get(key) === settled) this.#last.delete(key)
    }
    const settled = result.then(release, release) // the caller gets the outcome; the next task needs only the end
    this.#last.set(key, settled)
    return result
  }
}
