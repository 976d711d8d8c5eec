import { expect, test } from 'vitest'
import {
  chooseSteps,
  isGood,
  missingOutcome,
  numbersOf,
  playwrightOutcome,
  stepOutcome,
  summaryOf,
  total,
  vitestOutcome,
} from '../results.mjs'

const file = (name: string, status: string, ...statuses: string[]) => ({
  name,
  status,
  assertionResults: statuses.map((each, index) => ({ status: each, fullName: `test ${index + 1}` })),
})
const spec = (title: string, ...statuses: string[]) => ({ title, tests: statuses.map((status) => ({ status })) })

test('a step passes or fails as a whole', () => {
  expect(stepOutcome('lint', 0)).toEqual({ passed: 1, failed: [], skipped: [] })
  expect(stepOutcome('lint', 1)).toEqual({ passed: 0, failed: ['lint (1)'], skipped: [] })
  expect(stepOutcome('lint', 'SIGKILL')).toEqual({ passed: 0, failed: ['lint (SIGKILL)'], skipped: [] })
})

test('a missing system package fails the step on CI, and skips its tests elsewhere', () => {
  expect(missingOutcome('no python3', { ci: true })).toEqual({ passed: 0, failed: ['no python3'], skipped: [] })
  expect(missingOutcome('no python3', { ci: false })).toEqual({ passed: 0, failed: [], skipped: ['no python3'] })
})

test('vitest: tests are counted, todo and pending are skipped', () => {
  const testResults = [file('a.ts', 'passed', 'passed', 'skipped'), file('b.ts', 'failed', 'failed', 'todo', 'pending')]
  expect(vitestOutcome({ testResults }, 1)).toEqual({
    passed: 1,
    failed: ['b.ts > test 1'],
    skipped: ['a.ts > test 2', 'b.ts > test 2', 'b.ts > test 3'],
  })
})

test('vitest: a file that cannot be imported, or whose hook throws, is a failure', () => {
  const testResults = [
    file('import.ts', 'failed'),
    file('hook.ts', 'failed', 'skipped'),
    file('ok.ts', 'passed', 'passed'),
  ]
  expect(vitestOutcome({ testResults }, 1)).toEqual({
    passed: 1,
    failed: ['import.ts', 'hook.ts'],
    skipped: ['hook.ts > test 1'],
  })
})

test('vitest: an error outside of the tests is a failure, with its first lines', () => {
  const stack = ['Error: gone', ...Array.from({ length: 20 }, (_, line) => `    at line ${line}`)].join('\n')
  const report = {
    testResults: [file('a.ts', 'passed', 'passed')],
    unhandledErrors: [{ message: 'gone', stack }, { message: 'no stack' }],
  }
  const { passed, failed } = vitestOutcome(report, 1)
  expect(passed).toBe(1)
  expect(failed.map((each) => each.split('\n').length)).toEqual([13, 2])
  expect(failed[0]).toMatch(/^an error outside of the tests\n      Error: gone\n/)
  expect(failed[1]).toBe('an error outside of the tests\n      no stack')
})

test('vitest: a failed test is listed with the first lines of its failure', () => {
  const failed = { status: 'failed', fullName: 'sums', failureMessages: ['AssertionError: 1 is not 2\n    at a.ts:3'] }
  const report = { testResults: [{ name: 'a.ts', status: 'failed', assertionResults: [failed] }] }
  expect(vitestOutcome(report, 1).failed).toEqual([
    'a.ts > sums\n      AssertionError: 1 is not 2\n          at a.ts:3',
  ])
})

test('an unknown status is a failure', () => {
  expect(vitestOutcome({ testResults: [file('a.ts', 'passed', 'interrupted')] }, 0).failed).toEqual(['a.ts > test 1'])
  expect(playwrightOutcome({ suites: [{ title: 'a', specs: [spec('b', 'interrupted')] }] }, 0).failed).toHaveLength(1)
})

test('playwright: nested suites count, and a test that passes only on a retry is a failure', () => {
  const inner = { title: 'inner', specs: [spec('deep', 'unexpected'), spec('lucky', 'flaky')] }
  const suites = [{ title: 'a.e2e.ts', specs: [spec('good', 'expected'), spec('off', 'skipped')], suites: [inner] }]
  expect(playwrightOutcome({ suites }, 1)).toEqual({
    passed: 1,
    failed: ['a.e2e.ts > inner > deep', 'a.e2e.ts > inner > lucky'],
    skipped: ['a.e2e.ts > off'],
  })
})

test('playwright: a failed test shows the first lines of its first error, without colours', () => {
  const message = `\u001B[31mTimed out\u001B[39m\n${'line\n'.repeat(50)}`
  const failed = { title: 'slow', tests: [{ status: 'unexpected', results: [{ errors: [{ message }] }] }] }
  const [shown = ''] = playwrightOutcome({ suites: [{ title: 'a.e2e.ts', specs: [failed] }] }, 1).failed
  expect(shown).toMatch(/^a\.e2e\.ts > slow\n {6}Timed out\n {6}line\n/)
  expect(shown.split('\n')).toHaveLength(13)
})

test.each([
  ['vitest', vitestOutcome, { testResults: [] }, { testResults: [file('a.ts', 'passed', 'passed')] }],
  ['playwright', playwrightOutcome, { suites: [] }, { suites: [{ title: 'a', specs: [spec('b', 'expected')] }] }],
] as const)(
  '%s: a runner that crashes, finds no tests or exits with an error is a failure',
  (name, outcome, empty, green) => {
    const count = outcome as (report: object | undefined, exit: number | 'SIGKILL') => ReturnType<typeof total>
    expect(count(undefined, 'SIGKILL').failed).toEqual([`${name}: ended with SIGKILL and left no report`])
    expect(count(undefined, 0).failed).toEqual([`${name}: ended with 0 and left no report`])
    expect(count(empty, 0).failed).toEqual([`${name}: found no tests`])
    expect(count(green, 0)).toEqual({ passed: 1, failed: [], skipped: [] })
    expect(count(green, 1)).toEqual({
      passed: 1,
      failed: [`${name}: ended with 1, though no test failed`],
      skipped: [],
    })
  },
)

test('the outcomes of all steps make one line', () => {
  const all = total([stepOutcome('a', 0), stepOutcome('b', 1), { passed: 40, failed: [], skipped: ['c'] }])
  expect(numbersOf(all)).toBe('41 passed, 1 failed, 1 skipped')
})

test('a failed test fails the check; on CI a skipped test does too', () => {
  const [green, red, grey] = [
    { passed: 1, failed: [], skipped: [] },
    { passed: 1, failed: ['a'], skipped: [] },
    { passed: 1, failed: [], skipped: ['a'] },
  ]
  expect([green, red, grey].map((each) => isGood(each, { ci: false }))).toEqual([true, false, true])
  expect([green, red, grey].map((each) => isGood(each, { ci: true }))).toEqual([true, false, false])
})

test('parts choose their steps in the given order; no part means all, and an unknown part is an error', () => {
  const steps = [
    ['system', 'lint'],
    ['unit', 'unit tests'],
    ['system', 'size'],
  ] as const
  expect(chooseSteps(steps, [])).toEqual(steps)
  expect(chooseSteps(steps, ['system'])).toEqual([steps[0], steps[2]])
  expect(() => chooseSteps(steps, ['units'])).toThrow('no part "units": the parts are system, unit')
})

test('the summary shows each part with its total, and the steps of a part that has several', () => {
  const passed = stepOutcome('', 0)
  expect(
    summaryOf([
      { part: 'system', name: 'lint', outcome: passed, seconds: 1.25 },
      { part: 'unit', name: 'unit tests', outcome: { passed: 40, failed: [], skipped: ['a'] }, seconds: 30 },
      { part: 'system', name: 'size', outcome: stepOutcome('size', 1), seconds: 2 },
    ]),
  ).toEqual([
    'unit                   30.0 s   40 passed, 0 failed, 1 skipped',
    'system                  3.3 s   1 passed, 1 failed, 0 skipped',
    '  lint                  1.3 s   1 passed, 0 failed, 0 skipped',
    '  size                  2.0 s   0 passed, 1 failed, 0 skipped',
  ])
})
