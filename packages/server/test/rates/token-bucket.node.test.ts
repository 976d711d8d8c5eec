import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BucketSet, KeyedBuckets } from '../../src/rates/bucket-set.ts'
import { TokenBucket } from '../../src/rates/token-bucket.ts'

describe('a token bucket', () => {
  test('is full at first, and gets its rate', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 3 }, 1_000)
    for (let n = 0; n < 3; n += 1) {
      expect(bucket.waitFor(1, 1_000)).toBe(0)
      bucket.take(1, 1_000)
    }
    expect(bucket.waitFor(1, 1_000)).toBe(100)
    expect(bucket.waitFor(2, 1_050)).toBe(150)
    expect(bucket.waitFor(1, 1_100)).toBe(0)
    expect(bucket.isFull(1_299)).toBe(false)
    expect(bucket.isFull(1_300)).toBe(true)
    expect(bucket.waitFor(3, 99_000)).toBe(0)
    expect(bucket.waitFor(4, 99_000)).toBe(0)
  })

  test('what is taken beyond the tokens makes later ones wait', () => {
    const bucket = new TokenBucket({ perSecond: 100, burst: 50 }, 0)
    bucket.take(250, 0)
    expect(bucket.waitFor(1, 0)).toBe(2_010)
    expect(bucket.waitFor(99, 0)).toBe(2_500)
    expect(bucket.waitFor(1, 2_010)).toBe(0)
  })

  test('a clock that was set back gives no tokens and takes none', () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 10_000)
    bucket.take(1, 10_000)
    expect(bucket.waitFor(1, 2_000)).toBe(1_000)
    expect(bucket.waitFor(1, 11_000)).toBe(0)
  })

  test('SEC10 in no interval more is admitted than the burst and the rate, and what has waited is admitted', () => {
    const rate = fc.record({ perSecond: fc.integer({ min: 1, max: 5_000 }), burst: fc.integer({ min: 1, max: 500 }) })
    const step = fc.record({ passed: fc.nat(2_000), count: fc.integer({ min: 1, max: 20 }), waits: fc.boolean() })
    fc.assert(
      fc.property(rate, fc.array(step, { maxLength: 60 }), ({ perSecond, burst }, steps) => {
        const bucket = new TokenBucket({ perSecond, burst }, 0)
        const admitted: { readonly at: number; readonly count: number }[] = []
        let now = 0
        for (const { passed, count: wanted, waits } of steps) {
          now += passed
          const count = Math.min(wanted, burst)
          const wait = bucket.waitFor(count, now)
          if (wait > 1) expect(bucket.waitFor(count, now + wait - 2)).toBeGreaterThan(0)
          if (wait > 0 && !waits) continue
          now += wait
          expect(bucket.waitFor(count, now)).toBe(0)
          bucket.take(count, now)
          admitted.push({ at: now, count })
        }
        for (const [first, { at: from }] of admitted.entries()) {
          let total = 0
          for (const { at, count } of admitted.slice(first)) {
            total += count
            expect(total).toBeLessThanOrEqual(burst + ((at - from) * perSecond) / 1_000 + 0.001)
          }
        }
      }),
    )
  })
})

test('a set of buckets waits for the slowest, and one that is not set never refuses', () => {
  const set = new BucketSet({ a: { perSecond: 1, burst: 1 }, b: { perSecond: 10, burst: 1 }, c: undefined })
  set.take({ a: 1, b: 1 }, 0)
  expect(set.waitFor({ a: 1, b: 1 }, 0)).toBe(1_000)
  expect(set.waitFor({ b: 1 }, 0)).toBe(100)
  expect(set.waitFor({ c: 1_000_000 }, 0)).toBe(0)
})

test('buckets that are full again are dropped, so that ever new keys take bounded memory', () => {
  const keyed = new KeyedBuckets({ a: { perSecond: 10, burst: 10 } })
  keyed.of('flood', 0).take({ a: 1_000_000 }, 0)
  for (let n = 0; n < 50_000; n += 1) keyed.of(`key ${n}`, n).take({ a: 1 }, n)
  expect(keyed.size).toBeLessThanOrEqual(1_001)
  expect(keyed.of('flood', 50_000).waitFor({ a: 1 }, 50_000)).toBeGreaterThan(0)
  for (let n = 0; n < 150_000; n += 1) keyed.of(`busy ${n}`, 60_000).take({ a: 1_000 }, 60_000)
  expect(keyed.size).toBeLessThanOrEqual(100_000)
})
