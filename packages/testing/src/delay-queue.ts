interface Item {
  readonly deliver: () => void
  timer: ReturnType<typeof setTimeout> | undefined
}

/** Delivers in the order of `push`, each item after its own delay and never before an earlier item. */
export class DelayQueue {
  readonly #items: Item[] = []

  push(deliver: () => void, delayMs: number): void {
    if (delayMs === 0 && this.#items.length === 0) return deliver()
    const item: Item = { deliver, timer: undefined }
    if (delayMs > 0) {
      item.timer = setTimeout(() => {
        item.timer = undefined
        this.#deliverDue()
      }, delayMs)
    }
    this.#items.push(item)
  }

  /** Discards all items. */
  clear(): void {
    for (const { timer } of this.#items.splice(0)) clearTimeout(timer)
  }

  /** Delivers all items now. */
  flush(): void {
    for (const item of this.#items) {
      clearTimeout(item.timer)
      item.timer = undefined
    }
    this.#deliverDue()
  }

  #deliverDue(): void {
    while (this.#items[0] && this.#items[0].timer === undefined) this.#items.shift()?.deliver()
  }
}
