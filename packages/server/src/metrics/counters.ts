/** Counts by name, for a fixed set of names: a name from outside can never add one. Adding allocates nothing. */
export class Counts<Name extends string> {
  readonly #names: readonly Name[]
  readonly #indexes: ReadonlyMap<string, number>
  readonly #counts: Float64Array

  constructor(names: readonly Name[]) {
    this.#names = names
    this.#indexes = new Map(names.map((name, index) => [name, index]))
    this.#counts = new Float64Array(names.length)
  }

  add(name: Name, count = 1): void {
    const index = this.#indexes.get(name)
    if (index !== undefined) this.#counts[index] = (this.#counts[index] ?? 0) + count
  }

  has(name: string): name is Name {
    return this.#indexes.has(name)
  }

  /** All names, also those with a count of 0. */
  snapshot(): Record<Name, number> {
    return Object.fromEntries(this.#names.map((name, index) => [name, this.#counts[index] ?? 0])) as Record<
      Name,
      number
    >
  }
}

/** How many durations were measured, their sum, and how many were at most `le` milliseconds. */
export interface HistogramSnapshot {
  readonly count: number
  readonly sumMs: number
  /** Cumulative, as in Prometheus: each bucket counts those of the smaller ones too. */
  readonly buckets: readonly { readonly le: number; readonly count: number }[]
}

/** Upper bounds of the buckets, in milliseconds: from a write to memory to a request that timed out. */
const BUCKETS_MS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000]

/** Durations by size. Adding allocates nothing. */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS_MS.length)
  #count = 0
  #sumMs = 0

  add(ms: number): void {
    this.#count += 1
    this.#sumMs += ms
    let bucket = 0
    while (bucket < BUCKETS_MS.length && ms > (BUCKETS_MS[bucket] ?? 0)) bucket += 1
    if (bucket < BUCKETS_MS.length) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
  }

  snapshot(): HistogramSnapshot {
    let count = 0
    const buckets = BUCKETS_MS.map((le, index) => ({ le, count: (count += this.#counts[index] ?? 0) }))
    return { count: this.#count, sumMs: this.#sumMs, buckets }
  }
}
