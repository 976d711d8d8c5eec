import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { backOffMs } from '../../src/connection/back-off.ts'

const attempts = fc.integer({ min: 1, max: 5_000 })
const delays = fc.record({
  minDelayMs: fc.integer({ min: 0, max: 60_000 }),
  maxDelayMs: fc.integer({ min: 0, max: 600_000 }),
})

afterEach(() => vi.restoreAllMocks())

describe('CN5 the wait before an attempt', () => {
  test('is never negative, beyond its limit, or no number', () => {
    fc.assert(
      fc.property(attempts, delays, (attempt, { minDelayMs, maxDelayMs }) => {
        const wait = backOffMs(attempt, { minDelayMs, maxDelayMs })
        // Doubling as one would by hand, so that it is not the source that is compared with itself.
        let limit = minDelayMs
        for (let doubled = 1; doubled < attempt && limit < maxDelayMs; doubled += 1) limit *= 2
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThanOrEqual(Math.min(maxDelayMs, limit))
      }),
    )
  })

  test('is spread over all of that: full jitter', () => {
    vi.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValueOnce(0.5).mockReturnValueOnce(0.999)
    const waits = [1, 2, 3].map(() => backOffMs(3, { minDelayMs: 100, maxDelayMs: 10_000 }))
    expect(waits).toEqual([0, 200, 399.6])
  })

  test('doubles from 250 ms to 5 s where nothing else is said', () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    expect([1, 2, 3, 4, 5, 6, 7, 2_000].map((attempt) => backOffMs(attempt, {}))).toEqual([
      250, 500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000,
    ])
  })
})
