/** An entry of a log, and its size as JSON. */
export interface Sized {
  readonly seq: number
  readonly bytes: number
}

interface FittingPage<E> {
  readonly entries: readonly E[]
  /** In the order of `seq`. */
  readonly amendments: readonly Sized[]
}

/**
 * The first entries that fit with their amendments, and at least one; of the amendments of a single entry the newest that fit.
 * Amendments among the entries are left out.
 */
export function fitPage<E extends Sized>(
  entries: readonly E[],
  amendmentsOf: (seq: number) => readonly Sized[],
  bytes: number,
): FittingPage<E> {
  const taken: E[] = []
  const kept: Sized[] = []
  let left = bytes
  for (const entry of entries) {
    const own = amendmentsOf(entry.seq)
    if (own.reduce((size, one) => size + one.bytes, entry.bytes) > left && taken.length > 0) break
    taken.push(entry)
    left -= entry.bytes
    for (const one of own.toSorted((a, b) => b.seq - a.seq)) {
      left -= one.bytes
      if (left < 0) break
      kept.push(one)
    }
  }
  const last = Math.max(...taken.map(({ seq }) => seq))
  // An amendment is behind its entry.
  return { entries: taken, amendments: kept.filter(({ seq }) => seq > last).sort((a, b) => a.seq - b.seq) }
}
