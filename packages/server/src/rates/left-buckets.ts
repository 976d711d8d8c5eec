import type { BucketSet } from './bucket-set.ts'

/** Beyond it, sets that are full again are looked for; then the oldest are dropped. */
const MAX_SETS = 10_000

/**
 * The buckets of connections that have ended, for the next connections with the same key: who comes back has no more tokens than
 * before.
 */
export class LeftBuckets<Name extends string> {
  readonly #setsOf = new Map<string, BucketSet<Name>[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  put(key: string, set: BucketSet<Name>, now: number): void {
    if (set.isFull(now)) return
    if (this.#size >= MAX_SETS) this.#prune(now)
    const sets = this.#setsOf.get(key)
    if (sets === undefined) this.#setsOf.set(key, [set])
    else sets.push(set)
    this.#size += 1
  }

  /** The buckets of the connection that ended last; undefined where all are full again. */
  take(key: string, now: number): BucketSet<Name> | undefined {
    const sets = this.#setsOf.get(key) ?? []
    for (let set = sets.pop(); set !== undefined; set = sets.pop()) {
      this.#size -= 1
      if (sets.length === 0) this.#setsOf.delete(key)
      if (!set.isFull(now)) return set
    }
    return undefined
  }

  #prune(now: number): void {
    for (const [key, sets] of this.#setsOf) {
      const left = sets.filter((set) => !set.isFull(now))
      this.#replace(key, sets, left)
    }
    for (const [key, sets] of this.#setsOf) {
      if (this.#size < MAX_SETS * 0.9) return
      this.#replace(key, sets, [])
    }
  }

  #replace(key: string, sets: readonly BucketSet<Name>[], left: BucketSet<Name>[]): void {
    this.#size += left.length - sets.length
    if (left.length === 0) this.#setsOf.delete(key)
    else this.#setsOf.set(key, left)
  }
}
