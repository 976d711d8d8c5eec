/** Returns a generator of pseudo-random numbers, at least 0 and below 1: the same seed gives the same numbers (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Returns the items in another order; a list of two or more never keeps its order. */
export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const result = [...list]
  // Sattolo's algorithm moves every item to another index.
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * last)
    const [a, b] = [result[last] as T, result[other] as T]
    result[last] = b
    result[other] = a
  }
  return result
}
