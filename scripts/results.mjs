// Adds up the results of all steps and runners. Pure: reports and exit codes in, numbers out.
import { stripVTControlCharacters } from 'node:util'

/**
 * @typedef {object} Outcome The result of a step: the number of tests that passed, and the names of the others.
 * @property {number} passed
 * @property {readonly string[]} failed
 * @property {readonly string[]} skipped
 *
 * @typedef {number | NodeJS.Signals} Exit
 *
 * @typedef {{ part: string, name: string, outcome: Outcome, seconds: number }} StepResult
 *
 * @typedef {object} VitestReport
 * @property {readonly { name: string, status: string, message?: string, assertionResults: readonly VitestTest[] }[]} testResults
 * @property {readonly { message: string, stack?: string }[]} [unhandledErrors] From `vitest-report.mjs`.
 *
 * @typedef {{ status: string, fullName: string, failureMessages?: readonly string[] }} VitestTest
 *
 * @typedef {object} PlaywrightSuite
 * @property {string} title
 * @property {readonly PlaywrightSuite[]} [suites]
 * @property {readonly { title: string, tests: readonly PlaywrightTest[] }[]} [specs]
 *
 * @typedef {{ status: string, results?: readonly { errors?: readonly { message?: string }[] }[] }} PlaywrightTest
 *
 * @typedef {object} PlaywrightReport
 * @property {readonly PlaywrightSuite[]} suites
 */

/** How many lines of a failure the summary shows. */
const DETAIL_LINES = 12

/**
 * The outcome of a step that counts as one test.
 * @param {string} name
 * @param {Exit} exit
 * @returns {Outcome}
 */
export function stepOutcome(name, exit) {
  return exit === 0 ? { passed: 1, failed: [], skipped: [] } : { passed: 0, failed: [`${name} (${exit})`], skipped: [] }
}

/**
 * The outcome of a step whose system packages are missing. On CI it fails; elsewhere the tests that need them are skipped.
 * @param {string} sentence
 * @param {{ ci: boolean }} where
 * @returns {Outcome}
 */
export function missingOutcome(sentence, { ci }) {
  return { passed: 0, failed: ci ? [sentence] : [], skipped: ci ? [] : [sentence] }
}

/**
 * The outcome of a run of Vitest. A file that fails outside of its tests, as in an import or a hook, counts as a failed test,
 * and so does an error that no test has caught.
 * @param {VitestReport | undefined} report
 * @param {Exit} exit
 * @returns {Outcome}
 */
export function vitestOutcome(report, exit) {
  if (!report) return died('vitest', exit)
  const { testResults, unhandledErrors = [] } = report
  const tests = testResults.flatMap(({ name, status, message = '', assertionResults }) => {
    const own = assertionResults.map(({ fullName, status: each, failureMessages = [] }) => ({
      name: `${name} > ${fullName}${detailOf(failureMessages[0])}`,
      status: each,
    }))
    const brokenOutside = status === 'failed' && !own.some((test) => test.status === 'failed')
    return brokenOutside ? [...own, { name: `${name}${detailOf(message)}`, status }] : own
  })
  const errors = unhandledErrors.map(({ message, stack = message }) => ({
    name: `an error outside of the tests${detailOf(stack)}`,
    status: 'failed',
  }))
  return sorted('vitest', exit, [...tests, ...errors], 'passed', ['skipped', 'pending', 'todo', 'disabled'])
}

/**
 * The first lines of a failure: of a long log, often only the summary at its end is at hand.
 * @param {string} [message]
 */
function detailOf(message = '') {
  const lines = stripVTControlCharacters(message).split('\n').slice(0, DETAIL_LINES)
  return message === '' ? '' : ['', ...lines].join('\n      ')
}

/**
 * The outcome of a run of Playwright.
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
  const own = specs.flatMap((spec) =>
    spec.tests.map(({ status, results = [] }) => ({
      name: `${spec.title}${detailOf(results.flatMap(({ errors = [] }) => errors)[0]?.message)}`,
      status,
    })),
  )
  return [...own, ...suites.flatMap(testsOf)].map(({ name, status }) => ({ name: `${title} > ${name}`, status }))
}

/**
 * Counts tests by status. An unknown status is a failure; so is a runner that found no test or exited with an error.
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
 * Adds outcomes.
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
 * Whether the check passes. On CI a skipped test is a failure, because no other run would notice it.
 * @param {Outcome} outcome
 * @param {{ ci: boolean }} where
 */
export function isGood({ failed, skipped }, { ci }) {
  return failed.length === 0 && !(ci && skipped.length > 0)
}

/**
 * The steps of these parts, or all steps where no part is named.
 * @template {readonly [part: string, ...rest: unknown[]]} Step
 * @param {readonly Step[]} steps
 * @param {readonly string[]} parts
 * @returns {readonly Step[]}
 */
export function chooseSteps(steps, parts) {
  const known = new Set(steps.map(([part]) => part))
  const unknown = parts.find((part) => !known.has(part))
  if (unknown !== undefined) throw new Error(`no part "${unknown}": the parts are ${[...known].sort().join(', ')}`)
  return parts.length === 0 ? steps : steps.filter(([part]) => parts.includes(part))
}

/**
 * The lines of the summary: each part with its total, and below it its steps.
 * @param {readonly StepResult[]} results
 * @returns {string[]}
 */
export function summaryOf(results) {
  return ['unit', 'integration', 'system'].flatMap((part) => {
    const own = results.filter((result) => result.part === part)
    if (own.length === 0) return []
    const all = total(own.map(({ outcome }) => outcome))
    const seconds = own.reduce((sum, result) => sum + result.seconds, 0)
    const lineOf = (/** @type {string} */ name, /** @type {number} */ time, /** @type {Outcome} */ outcome) =>
      `${name.padEnd(20)} ${time.toFixed(1).padStart(6)} s   ${numbersOf(outcome)}`
    const steps = own.length > 1 ? own.map((step) => lineOf(`  ${step.name}`, step.seconds, step.outcome)) : []
    return [lineOf(part, seconds, all), ...steps]
  })
}
