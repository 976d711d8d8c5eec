/** The results of one contender, by case. */
export type Measured = Readonly<Record<string, number>>

/** By case: the medians of both contenders, and their ratio: Roomful's divided by the peer's. */
export type Table = Record<string, Record<string, number>>

/** Runs both contenders in each round, alternates which one is first, and compares the medians. */
export async function rounds<C extends string>(
  count: number,
  contenders: readonly [peer: C, ours: C],
  benchmark: (contender: C) => Promise<Measured>,
): Promise<Table> {
  const measured = new Map<string, Map<C, number[]>>()
  for (let round = -1; round < count; round += 1) {
    const order = round % 2 === 0 ? contenders : contenders.toReversed()
    for (const contender of order)
      for (const [name, value] of Object.entries(await benchmark(contender))) {
        if (round < 0) continue // the first round is a warm-up
        const row = measured.get(name) ?? new Map<C, number[]>()
        measured.set(name, row.set(contender, [...(row.get(contender) ?? []), value]))
      }
  }
  const [peer, ours] = contenders
  return Object.fromEntries(
    [...measured].map(([name, row]) => {
      const [peerMedian, ourMedian] = [median(row.get(peer)), median(row.get(ours))]
      return [name, { [peer]: rounded(peerMedian), [ours]: rounded(ourMedian), ratio: rounded(ourMedian / peerMedian) }]
    }),
  )
}

export function median(values: readonly number[] = []): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

export function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
