import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from '../processes.mjs'

/**
 * @typedef {object} TestResult
 * @property {readonly string[]} ancestorTitles
 * @property {string} status
 * @property {string} fullName
 */

/**
 * Runs the tests of a folder which need what a script has installed.
 * @param {string} folder
 * @param {string} report A new JSON file, relative to the repository.
 * @returns {Promise<{ exit: import('../results.mjs').Exit, tests: readonly TestResult[] }>}
 */
export async function runNightTests(folder, report) {
  const file = join(root, report)
  rmSync(file, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const exit = await run('vitest', ['run', '--config', 'scripts/night/vitest.config.ts', folder, ...reporters])
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'))
  const tests = testResults.flatMap((/** @type {{ assertionResults: TestResult[] }} */ each) => each.assertionResults)
  return { exit, tests }
}
