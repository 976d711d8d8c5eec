interface Item {
  readonly deliver: () => void
  timer: ReturnType<typeof setTimeout> | undefined
}

/** One direction of a line: what goes in comes out in the same order, at once or later. */
export class Pipe {
  readonly #items: Item[] = []

  push(deliver: () => void, delayMs: number): void {
    if (delayMs === 0 && this.#items.length === 0) return deliver()
    const item: Item = { deliver, timer: undefined }
    if (delayMs > 0) {
      item.timer = setTimeout(() => {
        item.timer = undefined
        this.#deliver()
      }, delayMs)
    }
    this.#items.push(item)
  }

  /** What is on its way is lost. */
  clear(): void {
    for (const { timer } of this.#items.splice(0)) clearTimeout(timer)
  }

  /** What is on its way arrives now. */
  flush(): void {
    for (const item of this.#items) {
      clearTimeout(item.timer)
      item.timer = undefined
    }
    this.#deliver()
  }

  #deliver(): void {
    while (this.#items[0] && this.#items[0].timer === undefined) this.#items.shift()?.deliver()
  }
}
