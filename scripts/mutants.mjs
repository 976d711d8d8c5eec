// Breaks one rule of the protocol at a time and checks that a test fails: `pnpm mutants [part of a name]`.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { mutants } from './mutants/list.mjs'

const part = process.argv[2] ?? ''
const chosen = mutants.filter(({ name }) => name.includes(part))
let survivors = 0

for (const { name, edits, tests, project = '*:node' } of chosen) {
  const lost = edits.find(({ file, find }) => readFileSync(file, 'utf8').split(find).length !== 2)
  if (lost) {
    console.log(`LOST     ${name}: ${lost.file} must contain the code that it replaces exactly once`)
    survivors += 1
    continue
  }
  const begun = performance.now()
  const args = ['run', '--config', 'scripts/mutants/vitest.config.ts', '--project', project]
  const run = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', ...args, '--no-typecheck', '--bail', '1', ...tests.split(' ')],
    {
      env: { ...process.env, MUTANT: name, CI: 'true' },
      encoding: 'utf8',
      timeout: 600_000,
    },
  )
  const output = stripVTControlCharacters(run.stdout)
  const isCaught = run.status !== 0 && /Tests +\d+ failed/.test(output) // not a file that cannot be loaded
  if (!isCaught) survivors += 1
  const failed = /(?:FAIL|×) +(.*)/.exec(output)?.[1]?.slice(0, 120) ?? ''
  console.log(
    `${isCaught ? 'caught  ' : 'SURVIVED'} ${name}  (${Math.round((performance.now() - begun) / 1000)} s)  ${failed}`,
  )
}

console.log(`${chosen.length - survivors} of ${chosen.length} caught`)
process.exitCode = survivors > 0 ? 1 : 0
