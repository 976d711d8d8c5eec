import { type Rate, TokenBucket } from './token-bucket.ts'

/** How many tokens to take, by the name of the rate. */
export type Costs<Name extends string> = Readonly<Partial<Record<Name, number>>>

/** A bucket for each rate that is set. One that nothing was taken from is full, and is not made: a connection uses few. */
export class BucketSet<Name extends string> {
  readonly #rates: Readonly<Record<Name, Rate | undefined>>
  readonly #buckets: Partial<Record<Name, TokenBucket>> = {}

  constructor(rates: Readonly<Record<Name, Rate | undefined>>) {
    this.#rates = rates
  }

  /** The time until all costs can be paid; 0 if they can. */
  waitFor(costs: Costs<Name>, now: number): number {
    let wait = 0
    for (const name in costs) wait = Math.max(wait, this.#buckets[name]?.waitFor(costs[name] ?? 0, now) ?? 0)
    return wait
  }

  take(costs: Costs<Name>, now: number): void {
    for (const name in costs) this.#bucket(name, now)?.take(costs[name] ?? 0, now)
  }

  /** Gives the named rates no tokens for a time. */
  pause(names: readonly Name[], ms: number, now: number): void {
    for (const name of names) this.#bucket(name, now)?.pause(ms, now)
  }

  isFull(now: number): boolean {
    for (const name in this.#buckets) if (this.#buckets[name]?.isFull(now) === false) return false
    return true
  }

  #bucket(name: Name, now: number): TokenBucket | undefined {
    const known = this.#buckets[name]
    const rate = this.#rates[name]
    if (known !== undefined || rate === undefined) return known
    return (this.#buckets[name] = new TokenBucket(rate, now))
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
    const set = new BucketSet(this.#rates)
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
