import { expect, test } from 'vitest'
import { runChaos } from './chaos.ts'

/** `pnpm chaos --nodes 3` makes longer runs and more of them. */
const SECONDS = 10
const LIMIT_MS = 240_000

test.each([1, 2])(
  'P1 P2 P3 P4 P5 P6 S12 chaos over three nodes, seed %i: with faults of nodes, Redis and all networks, no message is lost, doubled or out of order',
  async (seed) => {
    const { violations, summary, trace, late } = await runChaos({ seed, seconds: SECONDS, nodes: 3 })
    console.log([summary, ...late, ...(violations.length > 0 ? trace : [])].join('\n'))
    expect(violations).toEqual([])
  },
  LIMIT_MS,
)
