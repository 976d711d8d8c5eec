/** Runs the tasks of one key one after the other, also across awaits. Without tasks it uses no memory. */
export class KeyedMutex {
  #last: Map<string, Promise<void>> | undefined

  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const last = (this.#last ??= new Map())
    const result = (last.get(key) ?? Promise.resolve()).then(task)
    const release = (): void => {
      if (last.get(key) === settled) last.delete(key)
      if (last.size === 0 && this.#last === last) this.#last = undefined
    }
    const settled = result.then(release, release) // the caller gets the outcome; the next task needs only the end
    last.set(key, settled)
    return result
  }
}
