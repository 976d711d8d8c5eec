import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { retryDelay } from '../src/retry-delay.ts'

const attempts = fc.integer({ min: 1, max: 5_000 })
const delays = fc.record({
  firstMs: fc.integer({ min: 0, max: 60_000 }),
  maxMs: fc.integer({ min: 0, max: 600_000 }),
})

afterEach(() => vi.restoreAllMocks())

describe('CN5 the wait before an attempt to connect', () => {
  test('is never negative, NaN, or beyond its limit', () => {
    fc.assert(
      fc.property(attempts, delays, (attempt, { firstMs, maxMs }) => {
        const wait = retryDelay({ attempt, firstMs, maxMs, jitter: 'full' })
        // Doubled in a loop, so that the source is not compared with itself.
        let limit = firstMs
        for (let doubled = 1; doubled < attempt && limit < maxMs; doubled += 1) limit *= 2
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThanOrEqual(Math.min(maxMs, limit))
      }),
    )
  })

  test('is spread over the whole limit (full jitter)', () => {
    vi.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValueOnce(0.5).mockReturnValueOnce(0.999)
    const waits = [1, 2, 3].map(() => retryDelay({ attempt: 3, firstMs: 100, maxMs: 10_000, jitter: 'full' }))
    expect(waits).toEqual([0, 200, 399.6])
  })

  test('is at least what the server asked for', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    expect(retryDelay({ firstMs: 100, atLeastMs: 2_000, jitter: 'full' })).toBe(2_000)
  })
})

describe('RM3 RL9 the wait before a request is repeated', () => {
  test('doubles up to its limit, and up to half is added', () => {
    const waits = (random: number) => {
      vi.spyOn(Math, 'random').mockReturnValue(random)
      return [1, 2, 5, 6, 50].map((attempt) => retryDelay({ attempt, firstMs: 1_000, maxMs: 30_000, jitter: 'half' }))
    }
    expect(waits(0)).toEqual([1_000, 2_000, 16_000, 30_000, 30_000])
    expect(waits(1)).toEqual([1_500, 3_000, 24_000, 45_000, 45_000])
  })

  test('is at least what the server asked for, and up to half is added', () => {
    vi.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValueOnce(1)
    const wait = () => retryDelay({ firstMs: 1_000, atLeastMs: 10_000, jitter: 'half' })
    expect([wait(), wait()]).toEqual([10_000, 15_000])
  })
})
