import { expect, test } from 'vitest'
import { isGood, numbersOf, playwrightOutcome, stepOutcome, total, vitestOutcome } from '../results.mjs'

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

test('a status that nobody knows is a failure', () => {
  expect(vitestOutcome({ testResults: [file('a.ts', 'passed', 'interrupted')] }, 0).failed).toEqual(['a.ts > test 1'])
  expect(playwrightOutcome({ suites: [{ title: 'a', specs: [spec('b', 'interrupted')] }] }, 0).failed).toHaveLength(1)
})

test('playwright: suites are walked; a test that passed at the second try failed', () => {
  const inner = { title: 'inner', specs: [spec('deep', 'unexpected'), spec('lucky', 'flaky')] }
  const suites = [{ title: 'a.e2e.ts', specs: [spec('good', 'expected'), spec('off', 'skipped')], suites: [inner] }]
  expect(playwrightOutcome({ suites }, 1)).toEqual({
    passed: 1,
    failed: ['a.e2e.ts > inner > deep', 'a.e2e.ts > inner > lucky'],
    skipped: ['a.e2e.ts > off'],
  })
})

test.each([
  ['vitest', vitestOutcome, { testResults: [] }, { testResults: [file('a.ts', 'passed', 'passed')] }],
  ['playwright', playwrightOutcome, { suites: [] }, { suites: [{ title: 'a', specs: [spec('b', 'expected')] }] }],
] as const)('%s: a runner that dies, finds nothing or ends badly fails', (name, outcome, empty, green) => {
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
})

test('outcomes add up to one line', () => {
  const all = total([stepOutcome('a', 0), stepOutcome('b', 1), { passed: 40, failed: [], skipped: ['c'] }])
  expect(numbersOf(all)).toBe('41 passed, 1 failed, 1 skipped')
})

test('a failure is never good; on CI neither is a skipped test', () => {
  const [green, red, grey] = [
    { passed: 1, failed: [], skipped: [] },
    { passed: 1, failed: ['a'], skipped: [] },
    { passed: 1, failed: [], skipped: ['a'] },
  ]
  expect([green, red, grey].map((each) => isGood(each, { ci: false }))).toEqual([true, false, true])
  expect([green, red, grey].map((each) => isGood(each, { ci: true }))).toEqual([true, false, false])
})
