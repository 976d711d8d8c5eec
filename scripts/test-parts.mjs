import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { parseSync } from 'vite'

// The tests in Vitest have two parts. `unit`: the test stays in its process and shares it with others. `integration`:
// it opens a port, starts a process or a browser, builds, writes an SQLite file, or replaces what all of a process uses.
// The imports of a test decide its part, so that a new test needs no entry in a list.

/** A test that loads one of these, directly or through files of the repository, is an integration test. */
const OUTSIDE = new Set([
  'node:child_process',
  'node:cluster',
  'node:http',
  'node:https',
  'node:net',
  'node:worker_threads',
  'ioredis',
  'libsql',
  'msw/node',
  'playwright',
  'redis',
  'vite',
  '@roomful/server/redis',
  '@roomful/server/sqlite',
  '@roomful/testing/proxy',
])
/** Tests whose work takes longer than all unit tests together: these names are integration tests in any folder. */
const LONG = /\/(leaks|model)\.(node|dom)\.test\.tsx?$/
const SOURCE = /\.(m?js|tsx?)$/
const SKIPPED = new Set(['node_modules', 'dist', '.cache'])

/**
 * The integration tests among the files of these folders that end like this, relative to the root.
 * @param {string} root
 * @param {readonly string[]} folders
 * @param {RegExp} ending
 * @returns {string[]}
 */
export function integrationTests(root, folders, ending) {
  /** @type {Map<string, boolean>} */
  const known = new Map()
  return folders
    .flatMap((folder) => filesIn(join(root, folder)))
    .map((file) => file.split(sep).join('/'))
    .filter((file) => ending.test(file) && (LONG.test(file) || leavesProcess(file, known)))
    .map((file) => relative(root, file).split(sep).join('/'))
}

/**
 * Whether a file, or one that it imports by a relative path, loads a module of OUTSIDE. Types do not count.
 * @param {string} file
 * @param {Map<string, boolean>} known
 * @returns {boolean}
 */
function leavesProcess(file, known) {
  const earlier = known.get(file)
  if (earlier !== undefined) return earlier
  known.set(file, false) // ends a cycle of imports
  const answer = importsOf(file).some((name) => {
    if (!name.startsWith('.')) return OUTSIDE.has(name)
    const target = join(dirname(file), name)
    return SOURCE.test(target) && existsSync(target) && leavesProcess(target, known)
  })
  known.set(file, answer)
  return answer
}

/**
 * @param {string} file
 * @returns {string[]}
 */
function importsOf(file) {
  const code = readFileSync(file, 'utf8')
  const { staticImports, staticExports, dynamicImports } = parseSync(file, code).module
  const isValue = (/** @type {{ entries: { isType: boolean }[] }} */ { entries }) =>
    entries.length === 0 || entries.some(({ isType }) => !isType)
  return [
    ...staticImports.filter(isValue).map(({ moduleRequest }) => moduleRequest.value),
    ...staticExports.filter(isValue).flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest?.value)),
    ...dynamicImports.map(({ moduleRequest: { start, end } }) => code.slice(start + 1, end - 1)),
  ].filter((name) => name !== undefined && name !== null)
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesIn(path)
    return [path]
  })
}
