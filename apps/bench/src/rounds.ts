import { median } from './median.ts'
import { isQuick } from './options.ts'

/** The results of one contender, by case. */
export type Measured = Readonly<Record<string, number>>

/** By case: the medians of both contenders, their ratio (Roomful's divided by the peer's), the least and the most of it in a round, and the goal. */
export type Table = Record<string, Record<string, number | string>>

export interface RoundOptions {
  /** Printed beside their case. */
  readonly goals?: Readonly<Record<string, string>>
  /** Whether a round comes first that does not count. @default true */
  readonly warmUp?: boolean
}

/** Runs both contenders in each round, alternates which one is first, and compares the medians. */
export async function rounds<C extends string>(
  count: number,
  contenders: readonly [peer: C, ours: C],
  benchmark: (contender: C) => Promise<Measured>,
  { goals = {}, warmUp = true }: RoundOptions = {},
): Promise<Table> {
  const measured = new Map<string, Map<C, number[]>>()
  for (let round = warmUp ? -1 : 0; round < (isQuick ? Math.ceil(count / 4) : count); round += 1) {
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
      const [peers, own] = [row.get(peer) ?? [], row.get(ours) ?? []]
      const [peerMedian, ourMedian] = [median(peers), median(own)]
      const result = { [peer]: rounded(peerMedian), [ours]: rounded(ourMedian) }
      if (peerMedian > 0) Object.assign(result, ratiosOf(peers, own))
      const goal = goals[name]
      return [name, goal === undefined ? result : { ...result, goal }]
    }),
  )
}

/** The ratio of the medians, and the least and the most of one round. */
function ratiosOf(peers: readonly number[], own: readonly number[]): Record<string, number> {
  const ratios = own.map((value, round) => value / (peers[round] ?? Number.NaN))
  return {
    ratio: rounded(median(own) / median(peers)),
    least: rounded(Math.min(...ratios)),
    most: rounded(Math.max(...ratios)),
  }
}

export function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
