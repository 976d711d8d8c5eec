import { afterEach, expect, test, vi } from 'vitest'
import { createErrorPrinter } from '../src/error-printer.ts'
import { createReport } from '../src/report.ts'

afterEach(() => vi.restoreAllMocks())

/** A printer on a clock that the test moves, and the lines that it printed. */
function start() {
  const lines: string[] = []
  vi.spyOn(console, 'error').mockImplementation((...args) => void lines.push(args.join(' ')))
  let now = 0
  const print = createErrorPrinter(() => now)
  return { lines, print, pass: (ms: number) => (now += ms) }
}

test('an error is printed on one line, with its kind, its place, its room and its event', () => {
  const { lines, print } = start()
  print(new TypeError('x is\n not a function'), { during: 'emit', room: 'general', event: 'message' })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(
    /^roomful: failed during emit: TypeError: x is not a function, in room "general", on "message", at .*error-printer\.node\.test\.ts/,
  )
})

test('a kind is printed once a minute, with the number of those between', () => {
  const { lines, print, pass } = start()
  for (let count = 0; count < 1_000; count += 1) print(new Error(`no ${count}`), { during: 'join', room: `r${count}` })
  expect(lines).toHaveLength(1)
  print(new Error('another place'), { during: 'commit' })
  print(Object.assign(new Error('another code'), { code: 'EIO' }), { during: 'join' })
  expect(lines).toHaveLength(3)
  pass(60_000)
  print(new Error('again'), { during: 'join' })
  expect(lines[3]).toContain('failed during join (and 999 more like it since the last line): Error: again')
  pass(60_000)
  print(new Error('and again'), { during: 'join' })
  expect(lines[4]).toContain('failed during join: Error: and again')
})

test('kinds are bounded: an app whose errors all have other codes prints about 100 lines a minute', () => {
  const { lines, print } = start()
  for (let count = 0; count < 10_000; count += 1)
    print(Object.assign(new Error('x'), { code: `E${count}` }), { during: 'emit' })
  expect(lines).toHaveLength(101)
})

test('no token or session id of an error gets into the line', () => {
  const { lines, print } = start()
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.bQTnz6AuMJvmXXQsVPrxeQNvzDkimo7VNXxHeSBfClL'
  print(new Error(`no user for ${token}, session 4f1c9b8e-0000-4000-8000-1234567890ab`), { during: 'authenticate' })
  expect(lines[0]).toContain('Error: no user for […], session […]')
  expect(lines[0]).not.toContain('eyJ')
})

test('what is no error, and what has no end, is one line, too', () => {
  const { lines, print } = start()
  print('text', { during: 'leave' })
  print(undefined, { during: 'leave' })
  print(new Error('long '.repeat(100_000)), { during: 'request' })
  expect(lines[0]).toBe('roomful: failed during leave: string: text')
  expect(lines[1]).toBe('roomful: failed during leave: undefined: undefined')
  expect(lines[2]?.length).toBeLessThan(600)
})

test('an error of onError is printed, together with the error that it was given', () => {
  const { lines } = start()
  const report = createReport(() => {
    throw new Error('the tracker is away')
  })
  report(new Error('a'), { during: 'join' })
  expect(lines[0]).toContain('failed during onError: Error: the tracker is away')
  expect(lines[1]).toContain('failed during join: Error: a')
})
