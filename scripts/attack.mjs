import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { endOnSignal, run } from './processes.mjs'

// pnpm attack [--short] [--only "part of a name"]: floods a real server in a process of 512 MB.
// pnpm attack --fuzz [--seed N]: the fuzz tests with 50,000 frames each way and 10,000 HTTP requests.

const { values } = parseArgs({
  options: {
    short: { type: 'boolean' },
    only: { type: 'string' },
    fuzz: { type: 'boolean' },
    seed: { type: 'string' },
  },
})

endOnSignal(130)
const exit = values.fuzz ? await fuzz() : await flood()
process.exitCode = exit === 0 ? 0 : 1

function flood() {
  const main = fileURLToPath(new URL('../packages/server/test/attack/main.ts', import.meta.url))
  const options = [...(values.short ? ['--short'] : []), ...(values.only === undefined ? [] : ['--only', values.only])]
  // tsx, which runs TypeScript sources, is installed in apps/server.
  const node = ['--import', 'tsx', '--conditions=@roomful/source', main, ...options]
  return run(process.execPath, node, { cwd: 'apps/server' })
}

function fuzz() {
  const seed = values.seed ?? String(Math.floor(Math.random() * 1_000_000))
  console.log(`seed ${seed}`)
  const env = { ...process.env, FUZZ_SEED: seed, FUZZ_FRAMES: '50000', FUZZ_REQUESTS: '10000' }
  return run('node_modules/.bin/vitest', ['run', '--project', '*:node', 'fuzz'], { env })
}
