import { type Rate, TokenBucket } from './token-bucket.ts'

/** How many tokens to take, by the name of the rate. */
export type Costs<Name extends string> = Readonly<Partial<Record<Name, number>>>

/** A bucket for each rate that is set. */
export class BucketSet<Name extends string> {
  readonly #buckets = new Map<string, TokenBucket>()

  constructor(rates: Readonly<Record<Name, Rate | undefined>>, now: number) {
    for (const [name, rate] of Object.entries<Rate | undefined>(rates))
      if (rate !== undefined) this.#buckets.set(name, new TokenBucket(rate, now))
  }

  /** The time until all costs can be paid; 0 if they can. */
  waitFor(costs: Costs<Name>, now: number): number {
    let wait = 0
    for (const [name, count] of Object.entries<number | undefined>(costs))
      wait = Math.max(wait, this.#buckets.get(name)?.waitFor(count ?? 0, now) ?? 0)
    return wait
  }

  take(costs: Costs<Name>, now: number): void {
    for (const [name, count] of Object.entries<number | undefined>(costs))
      this.#buckets.get(name)?.take(count ?? 0, now)
  }

  /** Gives the named rates no tokens for a time. */
  pause(names: readonly Name[], ms: number, now: number): void {
    for (const name of names) this.#buckets.get(name)?.pause(ms, now)
  }

  isFull(now: number): boolean {
    for (const bucket of this.#buckets.values()) if (!bucket.isFull(now)) return false
    return true
  }
}

const MAX_KEYS = 100_000
const MIN_KEYS_TO_PRUNE = 1_000

/** A set of buckets for each key. A set that is full again is as a new one, and is dropped. */
export class KeyedBuckets<Name extends string> {
  readonly #rates: Readonly<Record<Name, Rate | undefined>>
  readonly #sets = new Map<string, BucketSet<Name>>()
  #pruneAt = MIN_KEYS_TO_PRUNE

  constructor(rates: Readonly<Record<Name, Rate | undefined>>) {
    this.#rates = rates
  }

  get size(): number {
    return this.#sets.size
  }

  of(key: string, now: number): BucketSet<Name> {
    const known = this.#sets.get(key)
    if (known !== undefined) return known
    if (this.#sets.size >= this.#pruneAt) this.#prune(now)
    const set = new BucketSet(this.#rates, now)
    this.#sets.set(key, set)
    return set
  }

  #prune(now: number): void {
    for (const [key, set] of this.#sets) if (set.isFull(now)) this.#sets.delete(key)
    // Many at a time, since looking at all of them takes milliseconds.
    if (this.#sets.size > MAX_KEYS * 0.9)
      for (const key of this.#sets.keys()) {
        if (this.#sets.size <= MAX_KEYS * 0.9) break
        this.#sets.delete(key)
      }
    this.#pruneAt = Math.min(MAX_KEYS, Math.max(MIN_KEYS_TO_PRUNE, 2 * this.#sets.size))
  }
}
