/** How long a partition is not swept again, by any node. */
const EVERY_MS = 600_000
/** After a sender was refused for want of space, old rows are deleted sooner. */
const WANTED_EVERY_MS = 60_000
/** The pause between two partitions: a node could sweep all of them within the time above. */
const PAUSE_MS = 8_000
/** How long a refused sender waits for a sweep. */
const PATIENCE_MS = 1_000

interface SweepParts {
  readonly partitions: number
  /** Whether no node has swept the partition for so long; then this one has the turn. */
  readonly claim: (partition: number, everyMs: number) => Promise<boolean>
  /** Calls of this are one after the other, so that a sweep takes little of Redis at a time. */
  readonly sweep: (partition: number, isStopped: () => boolean) => Promise<void>
}

/** Deletes old rows, bans and entries, a partition at a time. Redis has one thread, so that this is done in small slices. */
export class Sweep {
  readonly #parts: SweepParts
  readonly #wanted = new Map<number, Promise<boolean>>()
  #timer: NodeJS.Timeout
  #next: number
  #isStopped = false

  constructor(parts: SweepParts) {
    this.#parts = parts
    this.#next = Math.floor(Math.random() * parts.partitions)
    this.#timer = this.#after()
  }

  /** Sweeps a partition for a new sender. Resolves with whether there may be space now. */
  async now(partition: number): Promise<boolean> {
    const running = this.#wanted.get(partition) ?? this.#run(partition, WANTED_EVERY_MS)
    this.#wanted.set(partition, running)
    void running.finally(() => this.#wanted.delete(partition))
    return await Promise.race([running, patience()])
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  #after(): NodeJS.Timeout {
    return setTimeout(() => void this.#step(), PAUSE_MS).unref()
  }

  async #step(): Promise<void> {
    await this.#run(this.#next, EVERY_MS)
    this.#next = (this.#next + 1) % this.#parts.partitions
    if (!this.#isStopped) this.#timer = this.#after()
  }

  async #run(partition: number, everyMs: number): Promise<boolean> {
    try {
      if (!(await this.#parts.claim(partition, everyMs))) return false
      await this.#parts.sweep(partition, () => this.#isStopped)
      return true
    } catch {
      // Tried again later. The next message fails as well, and its error says what is wrong with Redis.
      return false
    }
  }
}

function patience(): Promise<boolean> {
  return new Promise((resolve) => void setTimeout(() => resolve(false), PATIENCE_MS).unref())
}
