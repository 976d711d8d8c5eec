import { parseArgs } from 'node:util'
import { type Outcome, runChaos } from './chaos.ts'

// The long run, by `pnpm chaos`.

/** Of each run, where there are several. */
const SECONDS_OF_MANY = 12

const text = { type: 'string' } as const
const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'), // pnpm passes it on
  options: { seconds: text, seed: text, seeds: text, nodes: text },
})
const seeds = Number(values.seeds ?? 1)
const seconds = Number(values.seconds ?? (seeds > 1 ? SECONDS_OF_MANY : 120))
const first = Number(values.seed ?? (seeds > 1 ? 1 : Math.floor(Math.random() * 1_000_000)))
const nodes = Number(values.nodes ?? 0)
if (!(seconds > 0) || !Number.isSafeInteger(first) || !(seeds >= 1) || !(nodes >= 0 && nodes <= 9)) {
  console.error(
    'usage: pnpm chaos [--nodes 3] [--seconds 120] [--seed N] [--seeds 20]; nodes at most 9 (with Redis; otherwise one server ' +
      'with SQLite), seconds more than 0, seed the first one, a whole number',
  )
  process.exit(2)
}

const outcomes: Outcome[] = []
for (let seed = first; seed < first + seeds; seed += 1) {
  console.log(`seed ${seed}, ${seconds} seconds`)
  const outcome = await runChaos({ seed, seconds, nodes })
  outcomes.push(outcome)
  const { violations, summary, trace, late } = outcome
  if (violations.length > 0)
    console.log(['The last faults:', ...trace, '', 'Violations:', ...violations.slice(0, 50), ''].join('\n'))
  console.log(summary)
  for (const line of late) console.log(line)
  if (violations.length > 0)
    console.log(`Again: pnpm chaos ${nodes > 0 ? `--nodes ${nodes} ` : ''}--seconds ${seconds} --seed ${seed}`)
}
if (seeds > 1) console.table(Object.fromEntries(outcomes.map(({ counts }, index) => [`seed ${first + index}`, counts])))
process.exitCode = outcomes.some(({ violations }) => violations.length > 0) ? 1 : 0
