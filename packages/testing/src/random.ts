/** Numbers from 0 to 1 that look random and are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The same things in another order, wherever there are two or more of them. */
export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const result = [...list]
  // Sattolo's: each item leaves its place, so what is shuffled never comes out as it went in.
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * last)
    const [a, b] = [result[last] as T, result[other] as T]
    result[last] = b
    result[other] = a
  }
  return result
}
