import { expect, test } from 'vitest'
import { runChaos } from './chaos.ts'
import { failedSeeds } from './seeds.ts'

/** `pnpm chaos` makes longer runs with random seeds. */
const SEED = 1
const LIMIT_MS = 240_000

const runs: readonly (readonly [seed: number, why: string, seconds: number])[] = [
  [SEED, 'under all faults, no message is lost, doubled or out of order', 20],
  ...failedSeeds.map(({ seed, why, seconds }) => [seed, why, seconds] as const),
]

test.each(runs)(
  'P1 P2 P3 P4 P5 P6 chaos seed %i: %s',
  async (seed, _why, seconds) => {
    const { violations, summary, trace, late } = await runChaos({ seed, seconds })
    console.log([summary, ...late, ...(violations.length > 0 ? trace : [])].join('\n'))
    expect(violations).toEqual([])
  },
  LIMIT_MS,
)
