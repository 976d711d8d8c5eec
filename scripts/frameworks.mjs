import { delimiter } from 'node:path'
import { record } from './compatibility.mjs'
import { fixtures, install } from './frameworks/install.mjs'
import { runPage } from './frameworks/page.mjs'
import { runTests } from './frameworks/tests.mjs'
import { runTypes } from './frameworks/types.mjs'
import { endOnSignal, root } from './processes.mjs'
import { buildAndPack } from './tarballs.mjs'

// pnpm test:frameworks [name …]: installs the apps of examples/frameworks from packed packages with npm, builds and runs them.
// Without names it runs all; with --daily those that are a part of npm test.

/**
 * @typedef {object} Row A result: a fixture has one or more.
 * @property {string} name
 * @property {Record<string, string>} versions
 * @property {string} [note] Why the run failed.
 */

const KINDS = { page: runPage, tests: runTests, types: runTypes }
const args = process.argv.slice(2)
const all = fixtures()
const unknown = args.find((arg) => arg !== '--daily' && !all.some(({ id }) => id === arg))
if (unknown) throw new Error(`no fixture "${unknown}": there are ${all.map(({ id }) => id).join(', ')}`)
const chosen = all.filter(
  ({ id, daily }) => args.length === 0 || args.includes(id) || (daily && args.includes('--daily')),
)

endOnSignal(130)
// The fixtures must not find the repository's own tools.
process.env.PATH = process.env.PATH?.split(delimiter)
  .filter((folder) => !folder.startsWith(root))
  .join(delimiter)
const tarballs = await buildAndPack('frameworks')
// The next fixture is installed while one runs.
/** @type {Promise<unknown>} */
let installed = Promise.resolve()
const installs = chosen.map((fixture) => {
  const folder = installed.then(() => install(fixture, tarballs))
  installed = folder.catch(() => {})
  return { fixture, folder }
})
const lines = []
for (const { fixture, folder } of installs) {
  console.log(`\n── ${fixture.id}`)
  const from = Date.now()
  const error = await runFixture(fixture, folder)
  lines.push(
    `${fixture.id.padEnd(20)} ${((Date.now() - from) / 1_000).toFixed(1).padStart(6)} s   ${error ?? 'passed'}`,
  )
  if (error !== undefined) process.exitCode = 1
}
console.log(['\n── frameworks', ...lines].join('\n'))

/**
 * Runs a fixture and records its results.
 * @param {import('./frameworks/install.mjs').Fixture} fixture
 * @param {Promise<string>} folder
 * @returns {Promise<string | undefined>} Why it failed.
 */
async function runFixture(fixture, folder) {
  const { kind, group, name } = fixture
  /** @type {readonly Row[]} */
  let rows
  try {
    rows = await KINDS[kind](fixture, await folder)
  } catch (error) {
    rows = [{ name, versions: {}, note: error instanceof Error ? error.message : String(error) }]
  }
  for (const row of rows) record({ group, ...row, result: row.note === undefined ? 'passed' : 'failed' })
  return rows.find(({ note }) => note !== undefined)?.note
}
