import { describe, expect, test, vi } from 'vitest'
import { Deadlines } from '../src/guard/deadlines.ts'
import { FrameRules } from '../src/guard/frame-rules.ts'
import { isNestedTooDeeply } from '../src/guard/nesting.ts'
import { PageTurns } from '../src/guard/page-turns.ts'

describe('frames of a connection', () => {
  test('SEC6 a second CONNECT of a namespace that is asked for or admitted is a violation', () => {
    const rules = new FrameRules(8)
    expect(rules.isUnused).toBe(true)
    expect(rules.received('0{"token":"x"}')).toBeUndefined()
    expect(rules.received('0')).toBe('connects')
    rules.sent('0{"sid":"x"}')
    expect(rules.received('0')).toBe('connects')
    expect(rules.received('0/chat,')).toBeUndefined()
    expect(rules.received('0/chat')).toBe('connects')
    expect(rules.isUnused).toBe(false)
  })

  test.each([
    ['the client left it', (rules: FrameRules) => rules.received('1/chat,')],
    ['the server disconnected it', (rules: FrameRules) => rules.sent('1/chat,')],
    ['the server refused it', (rules: FrameRules) => rules.sent('4/chat,{"message":"no"}')],
  ])('a namespace may be asked for again after %s', (_, end) => {
    const rules = new FrameRules(1)
    rules.received('0/chat,')
    end(rules)
    expect(rules.isUnused).toBe(true)
    expect(rules.received('0/chat,')).toBeUndefined()
    expect(rules.received('0/other,')).toBe('namespaces')
  })

  test('a client of protocol 3 is in the main namespace without asking, and sends its query in the name', () => {
    const rules = new FrameRules(8, true)
    expect(rules.isUnused).toBe(false)
    expect(rules.received('0/chat?a=1,')).toBeUndefined()
    expect(rules.received('0/chat?a=2,')).toBe('connects')
    expect(rules.received('0')).toBe('connects')
  })

  test('SEC8 a packet is incomplete, and its attachments are counted, until the last has come', () => {
    const rules = new FrameRules(8)
    rules.received('53-["x",{"_placeholder":true,"num":0}]')
    rules.received(Buffer.alloc(10))
    rules.received(Buffer.alloc(10))
    expect([rules.isIncomplete, rules.heldBytes]).toEqual([true, 20])
    rules.received(Buffer.alloc(10))
    expect([rules.isIncomplete, rules.heldBytes]).toEqual([false, 0])
    rules.received(Buffer.alloc(10))
    expect([rules.isIncomplete, rules.heldBytes]).toEqual([false, 0])
  })

  test('SEC2 JSON nested deeper than 2,000 levels is a violation; brackets in text are not', () => {
    const nested = (depth: number): string => `2["x",${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}]`
    expect(isNestedTooDeeply(nested(1_998))).toBe(false)
    expect(isNestedTooDeeply(nested(2_000))).toBe(true)
    expect(isNestedTooDeeply(`2${JSON.stringify(['x', '['.repeat(9_000), '\\'.repeat(5), '"[{'.repeat(9_000)])}`)).toBe(
      false,
    )
    expect(isNestedTooDeeply(`2["x","${'['.repeat(9_000)}`)).toBe(false)
    expect(isNestedTooDeeply(`2["\\\\",${'['.repeat(9_000)}`)).toBe(true)
    expect(new FrameRules(8).received(nested(5_000))).toBe('nesting')
  })
})

test('deadlines: each item that is not stopped times out once, in its time', () => {
  vi.useFakeTimers()
  const timedOut: string[] = []
  const deadlines = new Deadlines<string>(100, (item) => timedOut.push(item))
  deadlines.start('first')
  vi.advanceTimersByTime(60)
  deadlines.start('second')
  deadlines.start('first')
  deadlines.start('stopped')
  deadlines.stop('stopped')
  vi.advanceTimersByTime(40)
  expect(timedOut).toEqual(['first'])
  vi.advanceTimersByTime(1_000)
  expect(timedOut).toEqual(['first', 'second'])
  expect(vi.getTimerCount()).toBe(0)
  deadlines.start('third')
  deadlines.clear()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

test('turns: requests begin in their order as others end, and are refused when the connection ends', async () => {
  const total = { pageBegins: vi.fn<() => void>(), pageEnds: vi.fn<() => void>() }
  const turns = new PageTurns({ mayReadPage: (running) => running < 2 }, total)
  const begun: number[] = []
  const asked = [1, 2, 3, 4, 5].map((n) => turns.begin().then(() => begun.push(n)))
  await Promise.all(asked.slice(0, 2))
  expect([begun, turns.waiting]).toEqual([[1, 2], 3])
  turns.end()
  turns.startNext()
  await asked[2]
  expect(begun).toEqual([1, 2, 3])
  turns.close()
  const ended = { code: 'UNAVAILABLE', message: 'the connection has ended' }
  await expect(asked[3]).rejects.toMatchObject(ended)
  await expect(asked[4]).rejects.toMatchObject(ended)
  await expect(turns.begin()).rejects.toMatchObject(ended)
  for (let n = 0; n < 2; n += 1) turns.end()
  expect(total.pageBegins).toHaveBeenCalledTimes(3)
  expect(total.pageEnds).toHaveBeenCalledTimes(3)
})
