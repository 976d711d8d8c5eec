import { parseArgs } from 'node:util'
import { runChaos } from './chaos.ts'

// The long run, by `pnpm chaos`.

const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } })
const seconds = Number(values.seconds ?? 120)
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000))
if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
  console.error('usage: pnpm chaos [--seconds 120] [--seed N]; seconds more than 0, the seed a whole number')
  process.exit(2)
}

console.log(`seed ${seed}, ${seconds} seconds`)
const { violations, summary, trace } = await runChaos({ seed, seconds })
if (violations.length > 0)
  console.log(['The last faults:', ...trace, '', 'Violations:', ...violations.slice(0, 50), ''].join('\n'))
console.log(summary)
process.exitCode = violations.length > 0 ? 1 : 0
