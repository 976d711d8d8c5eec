// What came of the steps of a check, counted over all runners. Pure: reports and exit codes in, numbers out.

/**
 * @typedef {object} Outcome What came of a step: how many passed, and the names of those that did not.
 * @property {number} passed
 * @property {readonly string[]} failed
 * @property {readonly string[]} skipped
 *
 * @typedef {number | NodeJS.Signals} Exit
 *
 * @typedef {object} VitestReport
 * @property {readonly { name: string, status: string, message?: string, assertionResults: readonly { status: string, fullName: string }[] }[]} testResults
 *
 * @typedef {object} PlaywrightSuite
 * @property {string} title
 * @property {readonly PlaywrightSuite[]} [suites]
 * @property {readonly { title: string, tests: readonly { status: string, projectName?: string }[] }[]} [specs]
 *
 * @typedef {object} PlaywrightReport
 * @property {readonly PlaywrightSuite[]} suites
 */

/**
 * A step that is its own only test.
 * @param {string} name
 * @param {Exit} exit
 * @returns {Outcome}
 */
export function stepOutcome(name, exit) {
  return exit === 0 ? { passed: 1, failed: [], skipped: [] } : { passed: 0, failed: [`${name} (${exit})`], skipped: [] }
}

/**
 * Vitest's tests. A file that fails outside of its tests (in an import, in a hook) is one that failed.
 * @param {VitestReport | undefined} report
 * @param {Exit} exit
 * @returns {Outcome}
 */
export function vitestOutcome(report, exit) {
  if (!report) return died('vitest', exit)
  const tests = report.testResults.flatMap(({ name, status, assertionResults }) => {
    const own = assertionResults.map((test) => ({ name: `${name} > ${test.fullName}`, status: test.status }))
    const brokenOutside = status === 'failed' && !own.some((test) => test.status === 'failed')
    return brokenOutside ? [...own, { name, status }] : own
  })
  return sorted('vitest', exit, tests, 'passed', ['skipped', 'pending', 'todo', 'disabled'])
}

/**
 * Playwright's tests.
 * @param {PlaywrightReport | undefined} report
 * @param {Exit} exit
 * @returns {Outcome}
 */
export function playwrightOutcome(report, exit) {
  if (!report) return died('playwright', exit)
  return sorted('playwright', exit, report.suites.flatMap(testsOf), 'expected', ['skipped'])
}

/**
 * @param {PlaywrightSuite} suite
 * @returns {{ name: string, status: string }[]}
 */
function testsOf({ title, suites = [], specs = [] }) {
  const own = specs.flatMap((spec) => spec.tests.map(({ status }) => ({ name: spec.title, status })))
  return [...own, ...suites.flatMap(testsOf)].map(({ name, status }) => ({ name: `${title} > ${name}`, status }))
}

/**
 * Any status that is not known to be good is a failure, and so is a runner that found nothing or ended badly.
 * @param {string} runner
 * @param {Exit} exit
 * @param {readonly { name: string, status: string }[]} tests
 * @param {string} good
 * @param {readonly string[]} notRun
 * @returns {Outcome}
 */
function sorted(runner, exit, tests, good, notRun) {
  const skipped = tests.filter(({ status }) => notRun.includes(status)).map(({ name }) => name)
  const failed = tests.filter(({ status }) => status !== good && !notRun.includes(status)).map(({ name }) => name)
  const passed = tests.length - skipped.length - failed.length
  if (tests.length === 0) failed.push(`${runner}: found no tests`)
  else if (exit !== 0 && failed.length === 0) failed.push(`${runner}: ended with ${exit}, though no test failed`)
  return { passed, failed, skipped }
}

/**
 * @param {string} runner
 * @param {Exit} exit
 * @returns {Outcome}
 */
function died(runner, exit) {
  return { passed: 0, failed: [`${runner}: ended with ${exit} and left no report`], skipped: [] }
}

/**
 * All outcomes as one.
 * @param {readonly Outcome[]} outcomes
 * @returns {Outcome}
 */
export function total(outcomes) {
  return {
    passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
    failed: outcomes.flatMap(({ failed }) => failed),
    skipped: outcomes.flatMap(({ skipped }) => skipped),
  }
}

/**
 * `N passed, N failed, N skipped`.
 * @param {Outcome} outcome
 */
export function numbersOf({ passed, failed, skipped }) {
  return `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`
}

/**
 * Whether all is well. On CI nothing may be skipped: what is not tested there is tested nowhere.
 * @param {Outcome} outcome
 * @param {{ ci: boolean }} where
 */
export function isGood({ failed, skipped }, { ci }) {
  return failed.length === 0 && !(ci && skipped.length > 0)
}
