import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './processes.mjs'

// What Roomful was run with. A run calls `record`, which writes `.cache/compatibility/`: the repository does not change.
// node scripts/compatibility.mjs: adds these results to docs/compatibility.json, and writes docs/compatibility.md from it.

/**
 * @typedef {object} Result
 * @property {string} date The day of the run, in UTC: 2026-11-29.
 * @property {'passed' | 'failed' | 'not run'} result
 * @property {Readonly<Record<string, string>>} versions What was installed, read from the installed packages.
 * @property {string} [note] Why the run failed or was not made, or what it leaves out: a sentence.
 *
 * @typedef {Readonly<Record<string, Readonly<Record<string, Result>>>>} Results By group, then by name.
 */

/**
 * The sections of the page, in order: each with a title, and with what a run does.
 * @type {Readonly<Record<string, { title: string, what: string }>>}
 */
const GROUPS = {
  bundlers: {
    title: 'Frameworks and bundlers',
    what: 'An app with `useSocket`, `useRoom`, `useEvent` and `useTimeline` is installed from the packed packages, built for production and opened in Chromium. It joins a room of `@roomful/server` and sends a message, which is stored and shown. Any warning or error in the console fails the run.',
  },
  typescript: {
    title: 'TypeScript',
    what: 'A project that imports every entry of every package is checked with `strict`, `skipLibCheck: false` and `exactOptionalPropertyTypes: true`, once for each of the module settings `bundler`, `node16` and `nodenext`. An error in the project or in the types of our packages fails the run. Before TypeScript 5.7, the types of `engine.io` have an error of their own (`Buffer` is not generic), in apps that import `socket.io` and set `skipLibCheck: false`.',
  },
  runners: {
    title: 'Test runners',
    what: '`@roomful/testing` is installed with npm’s `strict-peer-deps`, and a component is tested with it in jsdom, as [testing](testing.md) says.',
  },
  servers: {
    title: 'Servers',
    what: 'A server that knows nothing of Roomful is started as its own documentation says, and a client with `plainRooms()` uses its events, acks and rooms, by polling and by WebSocket.',
  },
  'react-native': {
    title: 'React Native',
    what: 'Metro resolves and bundles the packages, and the client and the hooks run in the engine that is named.',
  },
}
const RESULTS = ['passed', 'failed', 'not run']
const recorded = join(root, '.cache/compatibility')
const data = join(root, 'docs/compatibility.json')
const page = join(root, 'docs/compatibility.md')

/**
 * Records a result in `.cache/compatibility`. A later result with the same group and name replaces it.
 * @param {Omit<Result, 'date'> & { group: string, name: string }} run `name` is the row on the page: "Vite 8 with React 19".
 */
export function record({ group, name, versions, result, note }) {
  if (!Object.hasOwn(GROUPS, group))
    throw new Error(`no group "${group}": add it to GROUPS in scripts/compatibility.mjs`)
  if (!RESULTS.includes(result))
    throw new Error(`the result of "${name}" is "${result}", not one of: ${RESULTS.join(', ')}`)
  if (result !== 'passed' && !note) throw new Error(`"${name}" ${result}: a note has to say why`)
  const file = join(recorded, `${group}.${name.toLowerCase().replaceAll(/[^a-z0-9.]+/g, '-')}.json`)
  const date = new Date().toISOString().slice(0, 10)
  mkdirSync(recorded, { recursive: true })
  writeFileSync(file, JSON.stringify({ group, name, date, result, versions, ...(note && { note }) }))
}

/**
 * The page about these results.
 * @param {Results} results
 */
export function pageOf(results) {
  const unknown = Object.keys(results).find((group) => !Object.hasOwn(GROUPS, group))
  if (unknown !== undefined) throw new Error(`docs/compatibility.json has an unknown group: "${unknown}"`)
  const sections = Object.entries(GROUPS).flatMap(([group, { title, what }]) => {
    const rows = Object.entries(results[group] ?? {})
    return rows.length > 0 ? [`## ${title}`, what, tableOf(rows)] : []
  })
  const introduction =
    'What Roomful was run with, on which day, and what was not run. `pnpm compatibility` writes this page from the results of the runs; [contributing](../CONTRIBUTING.md) has their commands.'
  return `${['# Compatibility', introduction, ...sections].join('\n\n')}\n`
}

/**
 * @param {readonly (readonly [string, Result])[]} rows
 * @returns {string}
 */
function tableOf(rows) {
  const cells = rows.map(([name, { versions, date, result, note = '' }]) => {
    const installed = Object.entries(versions).map(([what, version]) => `${what} ${version}`)
    return [name, result, date, installed.join(', '), note]
  })
  const hasNotes = cells.some((row) => row[4] !== '')
  const table = [['', 'result', 'date (UTC)', 'versions', 'note'], ...cells].map((row) =>
    (hasNotes ? row : row.slice(0, 4)).map((cell) => cell.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')),
  )
  const widths = (table[0] ?? []).map((_, column) => Math.max(3, ...table.map((row) => row[column]?.length ?? 0)))
  const lines = table.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
  return [lines[0], `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...lines.slice(1)].join('\n')
}

/**
 * Adds the recorded results to earlier ones. Rows stay in the order of their names, so that a page changes little.
 * @param {Results} earlier
 * @param {readonly (Result & { group: string, name: string })[]} runs
 * @returns {Results}
 */
export function merge(earlier, runs) {
  /** @type {Record<string, Readonly<Record<string, Result>>>} */
  const all = { ...earlier }
  for (const { group, name, ...result } of runs) all[group] = { ...all[group], [name]: result }
  const byName = new Intl.Collator('en', { numeric: true })
  return Object.fromEntries(
    Object.keys(GROUPS)
      .filter((group) => all[group])
      .map((group) => [
        group,
        Object.fromEntries(Object.entries(all[group] ?? {}).sort(([a], [b]) => byName.compare(a, b))),
      ]),
  )
}

function update() {
  mkdirSync(recorded, { recursive: true })
  const runs = readdirSync(recorded).map((file) => JSON.parse(readFileSync(join(recorded, file), 'utf8')))
  const results = merge(JSON.parse(readFileSync(data, 'utf8')), runs)
  writeFileSync(data, `${JSON.stringify(results, null, 2)}\n`)
  writeFileSync(page, pageOf(results))
  console.log(`docs/compatibility.md: ${runs.length} results were added.`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) update()
