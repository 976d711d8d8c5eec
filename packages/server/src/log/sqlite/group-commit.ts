import { RefusalError } from '../../refuse.ts'
import type { LogFile } from './log-file.ts'

type Outcome = { readonly value: unknown } | { readonly refusal: RefusalError }

interface Waiting {
  readonly write: () => unknown
  readonly onStored: ((value: unknown) => void) | undefined
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Commits all writes of one turn of the event loop together. Each write is stored whole, or not at all. */
export class GroupCommit {
  readonly #file: LogFile
  // Emptied each turn of the event loop, so that its size is bounded by what fits into a turn.
  #waiting: Waiting[] = []

  constructor(file: LogFile) {
    this.#file = file
  }

  /**
   * Resolves once the write is stored, and calls `onStored` right before, in the order of the writes; it must not throw. A write
   * may throw a RefusalError only before it has written anything.
   */
  run<T>(write: () => T, onStored?: (value: T) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.flush())
      this.#waiting.push({
        write,
        onStored: onStored as Waiting['onStored'],
        resolve: resolve as Waiting['resolve'],
        reject,
      })
    })
  }

  flush(): void {
    const together = this.#waiting
    this.#waiting = []
    if (together.length === 0) return
    const failure = this.#commit(together)
    if (failure === undefined) return
    // One write may be the cause. Nothing was written: commit each alone, in the same order.
    if (together.length === 1) together[0]?.reject(failure.error)
    else for (const one of together) this.#alone(one)
  }

  #alone(one: Waiting): void {
    const failure = this.#commit([one])
    if (failure !== undefined) one.reject(failure.error)
  }

  #commit(writes: readonly Waiting[]): { readonly error: unknown } | undefined {
    try {
      const outcomes = this.#file.transaction(() => writes.map(({ write }) => attempt(write)))
      for (const [index, { onStored, resolve, reject }] of writes.entries()) {
        const outcome = outcomes[index] as Outcome
        if ('value' in outcome) {
          onStored?.(outcome.value)
          resolve(outcome.value)
        } else reject(outcome.refusal)
      }
      return undefined
    } catch (error) {
      return { error }
    }
  }
}

function attempt(write: () => unknown): Outcome {
  try {
    return { value: write() }
  } catch (error) {
    if (error instanceof RefusalError) return { refusal: error }
    throw error
  }
}
